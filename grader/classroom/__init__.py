"""What is done with a class's folder of results, by the command line and by the Python API; nothing here prints.

One file for each thing: what lies there, what people give, other formats, another rubric, numbers, a term's totals.
"""
