from pathlib import Path
ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "data" / "ps5_data.csv"
ETA = 1e-4
EPOCHS = 100_000
SEED = 12345
