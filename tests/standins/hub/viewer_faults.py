"""How the dataset viewer says that it cannot answer: status, X-Error-Code, body.

Sources: huggingface/dataset-viewer at f62009e, libs/libcommon/src/libcommon/exceptions.py,
libs/libapi/src/libapi/exceptions.py, libs/libapi/src/libapi/utils.py, and the examples of
docs/source/openapi.json. What is wrong with a dataset is a 500 as well as what is wrong with the
viewer; X-Error-Code tells which. A 404 without a reason is what it lacks and will never have, such
as the rows of a split that is not there as Parquet.
"""

import json
from typing import Any

FAULTS: dict[str, tuple[int, str, str]] = {
    "ConfigNamesError": (500, "Cannot get the config names for the dataset.", "a bad README"),
    "DataFilesNotFoundError": (500, "No (supported) data files found.", ""),
    "DatasetGenerationError": (500, "An error occurred while generating the dataset", "bad CSV"),
    "DatasetGenerationCastError": (500, "The columns do not match", "one has 3, another 4"),
    "EmptyDatasetError": (500, "The dataset is empty.", "no data files"),
    "FeaturesError": (500, "Cannot extract the features (columns) for the split.", "bad JSON"),
    "SplitNamesFromStreamingError": (500, "Cannot get the split names.", "an archive is missing"),
    "SplitsNamesError": (500, "Cannot get the split names for the config.", "no such file"),
    "StreamingRowsError": (500, "Cannot load the dataset split (in streaming mode).", "404"),
    "TooLongColumnNameError": (500, "A column name is too long.", ""),
    "TooManyColumnsError": (500, "The number of columns (1500) exceeds the maximum (1000).", ""),
    "DatasetWithTooManyConfigsError": (501, "The maximum number of configs allowed is 3000", ""),
    "DatasetInBlockListError": (501, "This dataset has been disabled for now.", ""),
    "SplitParquetSchemaMismatchError": (422, "Split parquet schema mismatch", ""),
}
"""What stays so."""

PASSING: dict[str, tuple[int, str, str]] = {
    "ResponseNotReady": (500, "The server is busier than usual. Please retry later.", ""),
    "UnexpectedError": (500, "Unexpected error.", ""),
    "UnexpectedApiError": (500, "Unexpected error.", ""),
    "HfHubError": (500, "The HF Hub server is not responding.", ""),
    "PreviousStepStillProcessingError": (500, "The previous step is still being computed", ""),
    "": (500, "Internal Server Error", ""),
}
"""What may be over at the next attempt."""


def fault(code: str) -> dict[str, Any]:
    """Return what `HubControl.misbehave` takes."""
    status, error, cause = (FAULTS | PASSING)[code]
    causes = {"cause_exception": code, "cause_message": cause, "cause_traceback": ["Traceback"]}
    body = {"error": error, **(causes if cause else {})}
    headers = {"X-Error-Code": code} if code else {}
    return {"status": status, "headers": headers, "body": json.dumps(body)}
