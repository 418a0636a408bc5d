"""`likely.learn_related`: tables that refer to one another, and new ones like them."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest

import likely
from likely.workflow.related import Related

Tables = dict[str, pd.DataFrame]


def shop(customers: int = 60) -> Tables:
    """Customers with orders with lines; the young buy more often, every ten days."""
    rng = np.random.default_rng(0)
    young = rng.random(customers) < 0.5
    city = np.where(rng.random(customers) < 0.5, "Bonn", "Ghent")
    buys = np.where(young, 4, 1)
    who = np.repeat(np.arange(customers), buys)
    place = np.concatenate([np.arange(n) for n in buys])
    day = pd.Timestamp("2026-01-01") + pd.to_timedelta(rng.integers(0, 9, customers)[who], "D")
    orders = len(who)
    lines = rng.integers(1, 4, size=orders)
    of = np.repeat(np.arange(orders), lines)
    items = np.concatenate([rng.permutation(40)[:n] for n in lines])
    return {
        "customers": pd.DataFrame(
            {"id": [f"C{i}" for i in range(customers)], "young": young, "city": city}
        ),
        "products": pd.DataFrame(
            {"product": np.arange(40) + 100, "price": np.round(rng.random(40) * 9, 2)}
        ),
        "kinds": pd.DataFrame({"kind_id": [7, 9], "kind": ["web", "shop"]}),
        "orders": pd.DataFrame(
            {
                "order": np.arange(orders),
                "customer_id": [f"C{i}" for i in who],
                "kind_id": np.where(young, 7, 9)[who],
                "day": day + pd.to_timedelta(10 * place, "D"),
                "sent_to": city[who],
            }
        ),
        "lines": pd.DataFrame(
            {
                "order": of,
                "product": items + 100,
                "pieces": rng.integers(1, 9, size=len(of)),
            }
        ),
    }


@pytest.fixture(scope="module")
def related() -> Related:
    return likely.learn_related(shop())


@pytest.fixture(scope="module")
def drawn(related: Related) -> Tables:
    return related.generate(120, seed=0)


def test_keys_are_found_by_names_and_values(related: Related) -> None:
    assert {str(key) for key in related.keys} == {
        "orders.customer_id -> customers.id",
        "orders.kind_id -> kinds.kind_id",
        "lines.order -> orders.order",
        "lines.product -> products.product",
    }


def test_every_key_refers_to_a_row_that_is_there(related: Related, drawn: Tables) -> None:
    for key in related.keys:
        names = drawn[key.parent][key.target]
        assert names.is_unique
        assert drawn[key.child][key.column].isin(names).all()
    assert not drawn["lines"].duplicated(["order", "product"]).any()  # as none was learnt


def test_tables_come_back_in_their_types(drawn: Tables) -> None:
    for name, table in shop().items():
        assert list(drawn[name].dtypes) == list(table.dtypes), name
        assert list(drawn[name].columns) == list(table.columns)
    assert len(drawn["customers"]) == 120
    pd.testing.assert_frame_equal(drawn["kinds"], shop()["kinds"])  # too small to learn


def test_rows_are_as_the_row_that_they_hang_on_says(drawn: Tables) -> None:
    customers, orders = drawn["customers"], drawn["orders"]
    both = orders.merge(customers, left_on="customer_id", right_on="id")
    assert (both["sent_to"] == both["city"]).all()
    assert (both["young"] == (both["kind_id"] == 7)).mean() > 0.95
    buys = orders["customer_id"].value_counts().reindex(customers["id"], fill_value=0).to_numpy()
    assert (buys == np.where(customers["young"], 4, 1)).mean() > 0.95


def test_siblings_follow_one_another(drawn: Tables) -> None:
    ordered = drawn["orders"].sort_values(["customer_id", "day"])
    days = ordered.groupby("customer_id")["day"].diff().dropna().dt.days
    assert len(days) > 100
    assert (days == 10).all()


def test_the_same_seed_draws_the_same(related: Related, drawn: Tables) -> None:
    for name, table in related.generate(120, seed=0).items():
        pd.testing.assert_frame_equal(table, drawn[name])
    other = related.generate({"customers": 30, "products": 5}, seed=1)
    assert (len(other["customers"]), len(other["products"])) == (30, 5)
    with pytest.raises(likely.ParameterError, match="orders"):
        related.generate({"orders": 3})
    with pytest.raises(likely.ParameterError, match="at least 1"):
        related.generate(0)


def test_labels_that_siblings_do_not_share_stay_apart() -> None:
    """Lists of songs: a key of two tables, of which one is too small to learn."""
    rng = np.random.default_rng(0)
    pairs = [(s, p) for s in range(40) for p in rng.permutation(4)[: s % 5].tolist()]
    tables = {
        "songs": pl.DataFrame({"song": np.arange(40), "length": rng.normal(size=40)}),
        "lists": pl.DataFrame({"list": [0, 1, 2, 3]}),
        "on": pl.DataFrame(pairs, schema=["song", "list"], orient="row"),
    }
    found = likely.learn_related(tables).generate(100, seed=0)
    assert isinstance(found["on"], pl.DataFrame)
    assert found["on"].is_unique().all()
    assert 150 < len(found["on"]) < 250
    assert set(found["on"]["song"]) <= set(found["songs"]["song"])


def test_rows_without_an_owner_stay_without() -> None:
    rng = np.random.default_rng(0)
    parents = pd.DataFrame({"parent": np.arange(50), "size": rng.normal(size=50)})
    refer = pd.array([i if i < 50 else None for i in range(100)], dtype="Int64")
    children = pd.DataFrame({"parent": refer, "x": rng.normal(size=100)})
    found = likely.learn_related({"parents": parents, "children": children}).generate(seed=0)
    assert 25 < found["children"]["parent"].isna().sum() < 75
    assert found["children"]["parent"].dropna().isin(found["parents"]["parent"]).all()


def test_what_cannot_be_is_named() -> None:
    tables = shop()
    fewer = {**tables, "customers": tables["customers"][:5]}
    with pytest.raises(likely.DataError, match="no column of a table"):
        likely.learn_related(tables, {"order.customer_id": "customers.id"})
    with pytest.raises(likely.DataError, match="does not name rows"):
        likely.learn_related(tables, {"orders.order": "lines.order"})
    with pytest.raises(likely.DataError, match="do not exist, such as"):
        likely.learn_related(fewer, {"orders.customer_id": "customers.id"})
    with pytest.raises(likely.DataError, match="No table has 30 rows"):
        likely.learn_related({"kinds": tables["kinds"]})
    itself = tables["customers"].assign(friend="C1")
    with pytest.raises(likely.CannotDo, match="its own table"):
        likely.learn_related({"customers": itself}, {"customers.friend": "customers.id"})
    a = pd.DataFrame({"a": np.arange(40), "b": np.arange(40)})
    with pytest.raises(likely.CannotDo, match="circle"):
        likely.learn_related({"x": a, "y": a}, {"x.b": "y.b", "y.a": "x.a"})


def test_a_file_draws_the_same(related: Related, drawn: Tables, tmp_path: Path) -> None:
    path = tmp_path / "shop.likely"
    related.save(path)
    loaded = Related.load(path)
    assert loaded.keys == related.keys
    assert b"C17" not in path.read_bytes()  # names of rows stay out
    for name, table in loaded.generate(120, seed=0).items():
        pd.testing.assert_frame_equal(table, drawn[name])
    with pytest.raises(likely.UnsupportedFile, match=r"likely\.Related\.load"):
        likely.load(path)


def test_a_file_whose_tables_contradict_one_another_is_refused(
    related: Related, tmp_path: Path
) -> None:
    orders = related.tables["orders"]
    trees = orders.siblings.first.trees
    back = replace(trees[0], left=np.zeros_like(trees[0].left))  # a node that leads to itself
    wrong = {
        "trees": replace(orders.siblings.first, trees=(back, *trees[1:])),
        "order": replace(orders.siblings.first, order=(99, *orders.siblings.first.order[1:])),
    }
    for first in wrong.values():
        broken = replace(orders, siblings=replace(orders.siblings, first=first))
        path = tmp_path / "broken.likely"
        replace(related, tables={**related.tables, "orders": broken}).save(path)
        with pytest.raises(likely.DamagedFile, match="contradict"):
            Related.load(path)


def test_a_file_cannot_ask_for_rows_without_end(related: Related, tmp_path: Path) -> None:
    path = tmp_path / "huge.likely"
    first = next(name for name, one in related.tables.items() if one.place.owner is None)
    many = replace(related.tables[first], rows=10**15)
    replace(related, tables={**related.tables, first: many}).save(path)
    with pytest.raises(likely.DataError, match="1,000,000,000,000,000 rows, more than"):
        Related.load(path).generate()
    none = replace(related.tables[first], rows=0)
    replace(related, tables={**related.tables, first: none}).save(path)
    with pytest.raises(likely.DamagedFile, match="contradict"):
        Related.load(path)


def test_rows_cannot_be_asked_to_have_rows_without_end(related: Related, tmp_path: Path) -> None:
    path, (key, *_) = (
        tmp_path / "huge.likely",
        [one.place.owner for one in related.tables.values() if one.place.owner is not None],
    )
    parent = related.tables[key.parent]
    first = parent.siblings.first
    j = len(first.pieces) - len(parent.roles.learnt) - len(parent.place.counted)
    j += parent.counts_of(key)
    pieces = first.pieces[j]
    far = replace(pieces, low=np.full_like(pieces.low, 1e12), high=np.full_like(pieces.low, 1e12))
    wide = replace(first, pieces=(*first.pieces[:j], far, *first.pieces[j + 1 :]))
    siblings = replace(parent.siblings, first=wide, later=None)
    broken = replace(parent, siblings=siblings)
    replace(related, tables={**related.tables, key.parent: broken}).save(path)
    with pytest.raises(likely.DataError, match=f"{key.child!r} would get .* rows, more than"):
        Related.load(path).generate()
