"""Typed settings of a kiosk and a coordinator: TOML defaults, site profiles, translations.

Owns the shape of every setting, its default and the sentence a person reads when one is wrong. Must
not open devices or start anything; importers get frozen values.
"""
