"""What a service tells: services/<word>/events.yaml of two versions."""

from collections.abc import Iterator

from .schema import Side
from .version import Finding, Version

REMEDY = "keep it as it was, and tell the new form beside it on a subject that ends in .v2 until nobody hears the old one"
GOING = "say `x-deprecated: true` beside its address for one version first"


def compare(was: Version, now: Version, file: str) -> Iterator[Finding]:
    side = Side(was, now, file, taken=False, remedy=REMEDY)
    old_events, new_events = events(was, file), events(now, file) if file in now.files else {}
    addresses = {message.get("name"): address for address, (_, message) in new_events.items()}
    for address, (channel, old) in old_events.items():
        if address in new_events:
            yield from side.compare(old["payload"], new_events[address][1]["payload"], address)
        elif channel.get("x-deprecated"):
            continue
        elif old.get("name") in addresses:
            yield side.breach(address, f"is told on {addresses[old['name']]} now")
        else:
            yield Finding(file, address, "is not told any more", GOING)


def events(version: Version, file: str) -> dict[str, tuple[dict, dict]]:
    """subject -> (channel, message)"""
    channels = [version.follow(channel) for channel in version.contract(file).get("channels", {}).values()]
    return {channel["address"]: (channel, version.follow(message))
            for channel in channels for message in channel["messages"].values()}
