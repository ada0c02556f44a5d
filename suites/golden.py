"""The golden traces that fit a spec, as records of cases."""

from __future__ import annotations

from rnncheck.fixtures.records import Record, records
from rnncheck.protocol.spec import Spec
from rnncheck.suites.case import CaseSpec
from rnncheck.suites.sizes import can_have


def golden_records(spec: Spec) -> tuple[CaseSpec, ...]:
    """Return a record for each golden trace of exactly these options, whatever the sizes."""
    found = []
    for record in records().values():
        own = _at_sizes_of(spec, record)
        if own is not None:
            found.append(
                CaseSpec(
                    spec=own,
                    steps=record.steps,
                    batch=record.batch,
                    lengths=record.lengths or (),
                    masked=record.mask is not None,
                    golden=record.name,
                    training=record.training,
                )
            )
    return tuple(found)


def _at_sizes_of(spec: Spec, record: Record) -> Spec | None:
    """Return the spec with the golden's sizes if it then computes the same, else None.

    The order of axes is the layout's matter, and the padding rule matters only where the golden
    has padding.
    """
    theirs = record.spec
    has = [(bool(s.output_size), bool(s.projection)) for s in (spec, theirs)]
    if has[0] != has[1] or not can_have(spec, theirs.hidden_sizes):
        return None
    own = spec.with_(
        input_size=theirs.input_size,
        hidden_sizes=theirs.hidden_sizes,
        output_size=theirs.output_size,
        projection=theirs.projection,
    )
    padded = record.lengths is not None or record.mask is not None
    alike = own.with_(
        time_major=theirs.time_major, padding=own.padding if padded else theirs.padding
    )
    return own if alike == theirs else None
