"""Clients see classified errors only; all others are logged under an id."""

import logging

import pytest
from graphql import GraphQLError

from execution.error_masking import ErrorMasker
from execution.protocols import ClientError, classify_nothing


class Expected(Exception):
    pass


def classify(exception):
    if isinstance(exception, Expected):
        return ClientError(str(exception), "EXPECTED", {"field": "count"})
    return None


def raised(exception, **located):
    return GraphQLError(str(exception), original_error=exception, **located)


def test_a_classified_exception_has_its_message_and_code():
    error = ErrorMasker(classify).mask_error(raised(Expected("sold out"), path=["buy"]))
    assert (error.message, error.path) == ("sold out", ["buy"])
    assert error.extensions == {"code": "EXPECTED", "field": "count"}


@pytest.mark.parametrize("classifier", [classify, classify_nothing])
def test_another_exception_is_hidden_and_logged(classifier, caplog):
    with caplog.at_level(logging.ERROR, "execution.error_masking"):
        error = ErrorMasker(classifier).mask_error(raised(ValueError("secret"), path=["buy"]))
    assert "secret" not in error.message
    assert error.extensions["code"] == "INTERNAL"
    [record] = caplog.records
    assert error.extensions["errorId"] in record.getMessage()
    assert str(record.exc_info[1]) == "secret"


def test_an_error_with_a_code_stays_as_it_is():
    error = GraphQLError("no", extensions={"code": "MINE"})
    assert ErrorMasker(classify).mask_error(error) is error


def test_an_error_without_an_exception_is_one_of_validation():
    error = ErrorMasker(classify).mask_error(GraphQLError("unknown field"))
    assert error.extensions == {"code": "GRAPHQL_VALIDATION_FAILED"}
