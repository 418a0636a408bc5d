"""What models built on networks share: building blocks, one training loop, and `DeepModel`.

Nothing here is a model of its own. `train` is the loop that all of them use, `DeepModel` joins a
network to the contract of `likely.base`, and the other files hold layers.
"""
