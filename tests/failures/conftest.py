"""Asserts of the parts that tests of failures share tell as much as those of the tests."""

import pytest

pytest.register_assert_rewrite("failure_nights")
