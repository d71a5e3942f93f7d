import argparse
import copy

import yaml

from models import SoftmaxRegression, TwoLayerNet
from optimizer import SGD
from utils import (evaluate, generate_batched_data, load_mnist_test, load_mnist_trainval, plot_curves,
                   train)

parser = argparse.ArgumentParser()
parser.add_argument('--config', default='configs/config_exp.yaml')


def main():
    args = parser.parse_args()
    with open(args.config) as f:
        config = yaml.safe_load(f)
    cfg, net = config['Train'], config['Model']

    if net['type'] == 'SoftmaxRegression':
        model = SoftmaxRegression()
    else:
        model = TwoLayerNet(hidden_size=net['hidden_size'])
    optimizer = SGD(learning_rate=cfg['learning_rate'], reg=cfg['reg'])

    train_data, train_label, val_data, val_label = load_mnist_trainval()
    test_data, test_label = load_mnist_test()
    history = {'train_loss': [], 'train_acc': [], 'valid_loss': [], 'valid_acc': []}
    best_acc, best_model = 0.0, None
    for epoch in range(cfg['epochs']):
        batches, labels = generate_batched_data(train_data, train_label, cfg['batch_size'], shuffle=True, seed=epoch)
        loss, acc = train(epoch, batches, labels, model, optimizer, cfg['debug'])
        history['train_loss'].append(loss)
        history['train_acc'].append(acc)
        batches, labels = generate_batched_data(val_data, val_label, cfg['batch_size'])
        loss, acc = evaluate(batches, labels, model, cfg['debug'])
        history['valid_loss'].append(loss)
        history['valid_acc'].append(acc)
        if acc > best_acc:
            best_acc, best_model = acc, copy.deepcopy(model)

    batches, labels = generate_batched_data(test_data, test_label, cfg['batch_size'])
    _, acc = evaluate(batches, labels, best_model, debug=False)
    print('Test accuracy: %.4f' % acc)
    plot_curves(history['train_loss'], history['train_acc'], history['valid_loss'], history['valid_acc'])


if __name__ == '__main__':
    main()
