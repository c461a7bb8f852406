"""Since when a worker knows that others were able to renew their leases."""

import time

from notes_pipeline.worker.process import Contact


def test_leases_may_be_taken_for_lost_only_after_the_time_of_one_in_contact() -> None:
    contact = Contact(lease_s=0.2, sweep_s=0.1)
    contact.made()
    assert not contact.is_proven
    time.sleep(0.25)
    contact.made()
    assert contact.is_proven
    contact.lost()
    assert not contact.is_proven


def test_a_process_that_was_asleep_has_to_prove_its_contact_anew() -> None:
    contact = Contact(lease_s=0.1, sweep_s=0.0)
    time.sleep(0.15)
    contact.made()
    assert contact.is_proven
    time.sleep(1.05)  # longer than two sweeps and a second
    contact.made()
    assert not contact.is_proven
