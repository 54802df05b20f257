"""Prints which version of each function takes traffic: versions.py PREFIX"""

import sys

from cloud import client

prefix, functions = sys.argv[1], client("lambda")
for page in functions.get_paginator("list_functions").paginate():
    for function in page["Functions"]:
        name = function["FunctionName"]
        if name.startswith(prefix):
            aliases = functions.list_aliases(FunctionName=name)["Aliases"]
            print(name.removeprefix(prefix), *(f"{alias['Name']}={alias['FunctionVersion']}" for alias in aliases))
