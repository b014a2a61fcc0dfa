"""Measurements of Yike, each beside a baseline measured in the same run on the same machine.

A ratio says more than a number: the machine, its neighbours and its mood are in both halves. The baselines are written to be
beaten with difficulty: they do the same statements and return the same body, and nothing else.
"""
