from hypothesis import given
from hypothesis import strategies as st

from ctforensics.acquire.registered import Registered
from ctforensics.case.register import EvidenceLine

PATH = st.sampled_from(["a", "a.tar", "a.tar!/b", "a.tar!/c", "a.tar0", "a.tar!", "\udcff"]) | st.text(max_size=5)


@given(st.lists(st.tuples(st.sampled_from("xy"), PATH, st.integers(0, 9)), max_size=20), st.lists(PATH, max_size=10))
def test_it_holds_the_newest_line_of_each_object_until_it_is_popped(given_lines, popped):
    plain = {(root, path): (f"{size}", size) for root, path, size in given_lines}
    held = Registered(EvidenceLine(root, path, size, f"{size}") for root, path, size in given_lines)
    assert held.roots() == sorted({root for root, _ in plain})
    for path in popped:
        inside = any(root == "x" and p.startswith(f"{path}!/") for root, p in plain)
        assert held.has_members("x", path) == inside
        assert held.pop("x", path) == plain.pop(("x", path), None)
    for root in "xy":
        left = [path for r, path in plain if r == root]
        assert sorted(held.left(root)) == sorted(left) and held.count(root) == len(left)
        assert held.any_members(root) == any("!/" in path for path in left)
