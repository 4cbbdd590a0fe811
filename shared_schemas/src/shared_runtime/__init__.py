"""What both commands stand on: errors and exit codes, the command line, files, worker processes, COCO files.

`shared_schemas` describes records and needs pydantic alone; this package is what programs share that work with
them. It knows neither captions nor networks.
"""
