from src.data import *
