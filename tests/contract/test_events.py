"""What is told on NATS is what events.yaml of each service says, and all that it says is told.

A visitor buys, cancels, changes and deletes an account; then everything in the stream since the site began is read.
"""

import asyncio
import functools
import json
import os
import pathlib
import sys

import jsonschema
import nats
import pytest
import referencing.jsonschema
import yaml

from conftest import ROOT

sys.path.insert(0, str(ROOT / "tests"))
from local import site  # noqa: E402
from program import Api, Shopper, new_product  # noqa: E402

FILES = {file.parent.name: file for file in sorted(ROOT.glob("services/*/events.yaml"))}
PATIENCE_S = 20
FEW = 5  # LOW_STOCK of product


def documented() -> dict[str, tuple[str, str]]:
    """subject -> (the service that tells it, where the schema of the whole message stands)"""
    found = {}
    for service, file in FILES.items():
        contract = yaml.safe_load(file.read_text())
        told = {operation["channel"]["$ref"].rpartition("/")[2] for operation in contract["operations"].values()
                if operation["action"] == "send"}
        assert told == set(contract["channels"]), f"{file}: each channel needs an operation that sends"
        for channel in contract["channels"].values():
            (message,) = channel["messages"].values()
            found[channel["address"]] = service, f"{file.as_uri()}{message['$ref']}/payload"
    return found


@pytest.fixture(scope="module")
def messages() -> list[tuple[str, dict]]:
    """(subject, message) of all that was told, once each kind was told."""
    visitor = Shopper.registered(dict(os.environ))
    product = new_product(Api(os.environ["BASE"], os.environ["CA"]).sign_in(os.environ["ADMIN"]), stock=FEW + 1)
    for finish in (visitor.cancel, lambda order_id: None):
        bought = visitor.buy(product["id"])
        assert bought.status_code == 201, bought.text
        finish(bought.json()["id"])
    visitor.ended_orders()
    assert visitor.api.send("PATCH", "/api/v1/users/me", json={"name": "Ibn Jubayr"}).status_code == 200
    assert visitor.api.send("DELETE", "/api/v1/users/me").status_code == 202
    return asyncio.run(told(site.nats_server().url(), set(documented())))


async def told(url: str, wanted: set[str]) -> list[tuple[str, dict]]:
    """Everything in the stream from its beginning until each wanted subject came, and what is there by then."""
    connection = await nats.connect(url)
    try:
        stream = await connection.jetstream().subscribe("serai.>", ordered_consumer=True)
        found = []
        while wanted - {subject for subject, _ in found} or stream.pending_msgs:
            try:
                message = await stream.next_msg(timeout=PATIENCE_S)
            except nats.errors.TimeoutError:
                break
            found.append((message.subject, json.loads(message.data)))
        return found
    finally:
        await connection.close()


@functools.cache
def resource(uri: str) -> referencing.Resource:
    contents = yaml.safe_load(pathlib.Path(uri.removeprefix("file://")).read_text())
    return referencing.Resource(contents, referencing.jsonschema.DRAFT7)


def schema_at(place: str) -> jsonschema.protocols.Validator:
    return jsonschema.Draft7Validator({"$ref": place}, registry=referencing.Registry(retrieve=resource),
                                      format_checker=jsonschema.FormatChecker())


def test_all_that_is_documented_is_told_and_all_that_is_told_is_documented(messages):
    assert {subject for subject, _ in messages} == set(documented())


def test_each_event_is_as_documented(messages):
    schemas = {subject: schema_at(place) for subject, (_, place) in documented().items()}
    wrong = [f"{subject} {error.json_path}: {error.message}" for subject, message in messages
             for error in schemas[subject].iter_errors(message)]
    assert not wrong, "\n".join(wrong[:20])


@pytest.mark.parametrize("subject", documented())
def test_the_subject_is_the_events_type_and_its_version(subject, messages):
    assert {f"serai.{message['type']}.v1" for told, message in messages if told == subject} == {subject}


@pytest.mark.parametrize("subject", documented())
def test_another_event_is_refused(subject, messages):
    """The schemas say something: no event is as another one should be."""
    others = {told: message for told, message in messages if told != subject}
    schema = schema_at(documented()[subject][1])
    assert not [told for told, message in others.items() if schema.is_valid(message)]


@pytest.mark.parametrize("service", FILES)
def test_the_examples_are_right(service):
    contract = yaml.safe_load(FILES[service].read_text())
    examples = [(name, example["payload"]) for name, message in contract["components"]["messages"].items()
                for example in message.get("examples", [])]
    assert examples
    for name, example in examples:
        schema_at(f"{FILES[service].as_uri()}#/components/messages/{name}/payload").validate(example)
