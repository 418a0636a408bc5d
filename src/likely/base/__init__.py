"""The contract: `Model` and what a model may be able to do.

Public methods check their input, convert it through the schema and are final; underscored hooks
compute on checked, finite float64 features and never check again. A capability is an abstract
mixin of the same form.
"""
