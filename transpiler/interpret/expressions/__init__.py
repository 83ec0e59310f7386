"""Expressions that only read: names, attributes, literals, operators, elements."""
