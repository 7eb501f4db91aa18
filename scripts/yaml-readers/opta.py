"""Reads YAML as Opta did, with ruamel.yaml. Each line of standard input is a JSON string with a
YAML text. Prints a line with its data, or with the error.
"""

import json
import sys
import warnings

from ruamel.yaml import YAML


def read(text):
    """Returns the data of a text, or its error."""
    try:
        data = YAML(typ="safe", pure=True).load(text)
        # JSON has no dates and no binary data, and its keys are texts.
        return json.dumps({"data": data}, allow_nan=False, sort_keys=True)
    # The reader raises many types, also those of Python.
    except Exception as error:
        return json.dumps({"error": str(error)})


def main():
    """Answers each line."""
    warnings.simplefilter("ignore")
    for line in sys.stdin:
        print(read(json.loads(line)))


main()
