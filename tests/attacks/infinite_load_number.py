"""Answers the loading with a number that JSON cannot hold."""

import json


def encode(encoder, value, real=json.JSONEncoder.encode):
    return real(encoder, value).replace('"load": 0', '"load": 9e999')


json.JSONEncoder.encode = encode


def forward(params, x, state):
    return state, state
