"""A wheel: CMAKE_PREFIX_PATH=<where caascan is installed> pip wheel --no-build-isolation --no-deps ."""

from skbuild import setup

setup(name="caascan", version="0.2.0", description="CAA look-ups and decisions", packages=["caascan"],
      package_data={"caascan": ["py.typed", "_core.pyi"]}, python_requires=">=3.11", cmake_install_dir=".")
