"""What a wheel holds: all code, and beside it the migrations and the flows."""

import re
import tomllib
from importlib import metadata
from pathlib import Path

from typer.testing import CliRunner

from server import bootstrap
from server.cli import main
from storage import migrations

ROOT = Path(__file__).parent.parent
PACKAGES = (
    "models",
    "storage",
    "services",
    "queries",
    "realtime",
    "execution",
    "schema",
    "resolvers",
    "server",
)
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
WHEEL = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]
#: Where a wheel puts a folder of the checkout that is no package.
CARRIED = {folder: ROOT / place for folder, place in WHEEL["force-include"].items()}


def folders_with_code() -> set[Path]:
    return {file.parent for package in PACKAGES for file in (ROOT / package).rglob("*.py")}


def test_every_folder_with_code_is_a_package():
    folders = folders_with_code()
    assert len(folders) > len(PACKAGES)
    missing = [str(folder) for folder in folders if not (folder / "__init__.py").exists()]
    assert missing == []


def test_the_folder_of_migrations_is_none():
    """As a package named alembic it would hide the library."""
    assert list((ROOT / "alembic").rglob("__init__.py")) == []


def test_the_wheel_holds_all_packages_and_nothing_but():
    assert set(WHEEL["packages"]) == set(PACKAGES)
    listed = PROJECT["tool"]["mypy"]["packages"], PROJECT["tool"]["importlinter"]["root_packages"]
    assert all(set(names) == set(PACKAGES) for names in listed)


def test_the_wheel_carries_the_migrations_and_the_flows():
    assert set(CARRIED) == {"alembic", "flows"}
    for folder in CARRIED:
        assert any((ROOT / folder).iterdir())


def test_the_code_looks_for_them_where_the_wheel_puts_them():
    for module, name, place in (
        (migrations, "SCRIPTS", CARRIED["alembic"]),
        (bootstrap, "FLOWS", CARRIED["flows"]),
    ):
        source = Path(module.__file__).read_text(encoding="utf-8")
        [first_choice] = re.findall(rf'{name} = next\(p for p in \(HERE / "(\w+)",', source)
        assert module.HERE / first_choice == place


def test_in_a_checkout_they_are_found_beside_the_code():
    assert migrations.SCRIPTS == ROOT / "alembic"
    assert bootstrap.FLOWS == ROOT / "flows"


def test_what_the_wheel_carries_is_not_in_the_checkout_too():
    """Left there by a build, it would be taken for the newest."""
    assert [place for place in CARRIED.values() if place.exists()] == []


def test_the_version_installed_is_that_of_the_project():
    assert metadata.version(PROJECT["project"]["name"]) == PROJECT["project"]["version"]


def test_the_command_line_is_the_one_the_wheel_installs():
    scripts = {
        script.name: script.load()
        for script in metadata.distribution(PROJECT["project"]["name"]).entry_points
        if script.group == "console_scripts"
    }
    assert scripts == {"sessions": main.main}
    answered = CliRunner().invoke(main.app, ["--help"])
    assert answered.exit_code == 0
    if "--version" in answered.output:
        version = CliRunner().invoke(main.app, ["--version"]).output
        assert PROJECT["project"]["version"] in version
