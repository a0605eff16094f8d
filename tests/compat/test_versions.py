"""Each service as it was in the last version, among the others as they are now: upgraded, and rolled back."""

import pytest
from conftest import earlier_program, settings


@pytest.mark.parametrize("service", [*settings.services(), "gateway"])
def test_it_works_with_the_others_before_while_and_after_it_is_upgraded(site, service):
    if not earlier_program(service).exists():
        pytest.skip(f"{service} is new")
    site.run_earlier()
    site.works("the earlier version, on the schema it made")
    if service != "gateway":
        with site.current_beside():
            site.works("the earlier version, while a copy of this one runs beside it on the schema that this one made")
    site.run_current()
    site.works("this version, after the upgrade")
    site.run_earlier()
    site.works("the earlier version again, rolled back to on the schema that this one made")
