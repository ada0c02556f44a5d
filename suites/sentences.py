"""Every sentence that a student reads, as templates with named values: a language is a file."""

from __future__ import annotations

SENTENCES: dict[str, str] = {
    "wrong": "{wrong} of {total} elements",
    "place": "{place}: got {got}, should be {expected}",
    "beside": "{place}: got {got}, compared with {expected}; every number must be finite",
    "worst": "{place}: off by {error}, allowed {allowed} ({dtype})",
    "shape": "{name} has shape {got}; {expected} is asked for",
    "not_finite": "{name} holds {got} at {place}; every number must be finite",
    "blurred": "rounding to {dtype} alone moves {name} by much of its allowance: it is not judged",
    "not_judged": "rounding alone moves {name} by more than {most} times its size: it is not judged",
    "share": "uses {share} of its allowance",
    "zeros_of_rounding": "in {dtype} rounding makes outputs zero too, which look like dropped ones",
    "too_coarse": "differences of {dtype} numbers are too coarse to judge a gradient by",
    "state_order": "what stands in the place of c equals the last output; h should",
    "mask_values": "{name} holds {got}; a mask holds 1 for what is kept and 0 for what is dropped",
    "mask_kept": "values kept by the mask {name}",
    "mask_pairs": "pairs of neighbours along {axis} that are alike in the mask {name}",
    "mask_odds": "{what}: {got} of {total}, where each has the probability {of}; so far off by "
    "chance happens less than once in 10^9 times",
    "last_layer": "{got} of {total} outputs are 0, and none of them is outside training",
    "mask_seed": "the same seed gave two different masks",
    "mask_seeds": "two seeds gave the same masks",
    "differences": "no gradients of {count} parameters within {seconds:g} s: so long take differences, "
    "a forward pass for each parameter; backpropagation through time takes one pass back",
    "by_differences": "right numbers, and no backward pass: see {check}",
    "by_default": "with the framework's default arithmetic on {device} (TF32, where the device has it) "
    "results in float32 use up to {share} of their allowance, and {beyond} of {count} checks do not "
    "pass; that costs nothing",
    "no_default": "with the framework's default arithmetic on {device} nothing came out: {why}",
    "computes_in_float32": "computes in float32",
    "none_known": "none known",
    "mistake": "{what}: equal to {digits} digits on {cases} of {cases} cases",
    "alike": "{count} more like it: {checks}",
    "module": "a submission can import the standard library, NumPy and its own framework alone",
    "right_steps": "right, given right steps in the place of {steps}; judged so",
    "variant": "judged by another convention: {says}",
    "python2": "written for Python 2: its prints are read as Python 3's",
    "python2_names": "written for Python 2: {names}",
    "cells_left_out": "{count} cells of the notebook are no Python and were left out",
    "not_python": "what is no Python was taken out, and the rest is judged: {places}",
    "encoding": "neither UTF-8 nor an encoding that it names; read as {encoding}",
    "left_behind": "{count} statements failed while the file was run and were left behind, the "
    "first at {first}",
    "file": "{file}, assignment {assignment}",
    "as_above": "as above: {what}",
    "charged_once": "The mistake that fails {payer} is charged there; no points are lost by what "
    "follows from it: {checks}.",
    "hidden": "it does not hold; what this check tries is hidden",
    "practice": "practice bank: not for marks",
    "course": "the course's own bank",
}


def say(sentence: str, **values: object) -> str:
    """Return a sentence with its values filled in."""
    return SENTENCES[sentence].format(**values)
