"""Packages the data folders of the checkout (policies/, replays/) inside the installed package."""

from setuptools import find_packages, setup

setup(
    packages=[*find_packages(include=["guard", "guard.*"]), "guard.policies", "guard.replays"],
    package_dir={"guard.policies": "policies", "guard.replays": "replays"},
    package_data={"guard.policies": ["*.yaml"], "guard.replays": ["**/*"]},
)
