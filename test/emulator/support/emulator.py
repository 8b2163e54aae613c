"""Starts the emulator with one gap closed: it reports every error of a Node.js function as Runtime.HandlerError.

Lambda reports the error's own name, which the state machine's Catch and the record read. The name is the first word of
the trace that the emulator's own worker hands over.
"""
import re
import sys

from ministack import app
from ministack.services import lambda_svc

original = lambda_svc._execute_function_warm


def with_error_name(func, event, request_id):
    result = original(func, event, request_id)
    body = result.get("body")
    if result.get("error") and isinstance(body, dict) and body.get("errorType") == "Runtime.HandlerError":
        message = str(body.get("errorMessage", "")).split("\n")[0]
        named = re.search(r"^([\w.]+): " + re.escape(message), result.get("log", ""), re.MULTILINE)
        if named is not None:
            body["errorType"] = named.group(1)
    return result


lambda_svc._execute_function_warm = with_error_name
sys.exit(app.main())
