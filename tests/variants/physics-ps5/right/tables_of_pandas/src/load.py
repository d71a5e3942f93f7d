"""Reading and cleaning of the data for problem set 5."""
import os
import pandas as pd
import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
DATA = os.path.join(HERE, "..", "data", "ps5_data.csv")
SEED = 42


def read_data(path=DATA):
    df = pd.read_csv(path)
    df.columns = [c.strip() for c in df.columns]
    df = df.dropna().reset_index(drop=True)
    print(df.describe())
    print(df.groupby("classification").agg(["mean", "std", "count"]))
    print(df["classification"].value_counts(normalize=True))
    return df


def split_data(df, frac=0.8, seed=SEED):
    """shuffle the rows and cut into training and test part"""
    df = df.sample(frac=1, random_state=seed).reset_index(drop=True)
    n = int(frac * len(df))
    train, test = df.iloc[:n].copy(), df.iloc[n:].copy()
    return train, test


def normalise(train, test, cols=("x_1", "x_2")):
    cols = list(cols)
    mu = train[cols].mean()
    sd = train[cols].std(ddof=0)
    train.loc[:, cols] = (train[cols] - mu) / sd
    test.loc[:, cols] = (test[cols] - mu) / sd
    return train, test, mu.values, sd.values


def get_arrays():
    df = read_data()
    train, test = split_data(df)
    train, test, mu, sd = normalise(train, test)
    X_train = train[["x_1", "x_2"]].to_numpy()
    X_test = test[["x_1", "x_2"]].to_numpy()
    y_train = train["classification"].values.astype(float)
    y_test = test["classification"].values.astype(float)
    return X_train, X_test, y_train, y_test, mu, sd
