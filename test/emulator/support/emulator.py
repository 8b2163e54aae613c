"""Starts the emulator with two gaps closed. It reports every error of a Node.js function as Runtime.HandlerError.

Lambda reports the error's own name, which the state machine's Catch and the record read. The name is the first word of
the trace that the emulator's own worker hands over.

And it waits for ever for the answer to a task token whose function failed, where Step Functions fails the state.
"""
import re
import sys
import threading

from ministack import app
from ministack.services import lambda_svc, stepfunctions

original = lambda_svc._execute_function_warm


def with_error_name(func, event, request_id):
    result = original(func, event, request_id)
    body = result.get("body")
    if result.get("error") and isinstance(body, dict) and body.get("errorType") == "Runtime.HandlerError":
        message = str(body.get("errorMessage", "")).split("\n")[0]
        named = re.search(r"^([\w.]+): " + re.escape(message), result.get("log", ""), re.MULTILINE)
        if named is not None:
            body["errorType"] = named.group(1)
    if result.get("error") and isinstance(body, dict):
        # Lambda gives the lines of the stack, among which a door says what mends it.
        hints = re.findall(r"^HINT: .*$", result.get("log", ""), re.MULTILINE)
        body["trace"] = [*body.get("trace", []), *hints]
    return result


lambda_svc._execute_function_warm = with_error_name

waiting = threading.local()
invoke_with_callback = stepfunctions._invoke_with_callback
call_lambda = stepfunctions._call_lambda


def with_its_token(resource, input_data, token, state_def):
    waiting.token = token
    try:
        return invoke_with_callback(resource, input_data, token, state_def)
    finally:
        waiting.token = None


def failing_its_state(func_ref, event):
    try:
        return call_lambda(func_ref, event)
    except stepfunctions._ExecutionError as error:
        told = stepfunctions._task_tokens.get(getattr(waiting, "token", None))
        if told is not None:
            told["error"] = {"Error": error.error, "Cause": error.cause}
            told["event"].set()
        raise


stepfunctions._invoke_with_callback = with_its_token
stepfunctions._call_lambda = failing_its_state
sys.exit(app.main())
