#!/usr/bin/python3
"""Do our STS endpoints agree with botocore's own rules?

Resolves every Region that botocore knows, in all four variants, with
build/unit/resolve_endpoints and with botocore's endpoint rule set. Where
botocore's data says that a partition lacks a variant, ours is not compared:
later data has it. The global endpoint exists in one variant alone; what
botocore makes of the others is a host that nobody has, and ours refuses them.
Exits with 77 where botocore or its rule set is missing.

SPDX-License-Identifier: Apache-2.0
"""
import os
import subprocess
import sys
from pathlib import Path

try:
    import botocore.exceptions
    import botocore.loaders
    from botocore.endpoint_provider import EndpointProvider
    from botocore.exceptions import EndpointProviderError
    LOADER = botocore.loaders.create_loader()
    RULES = LOADER.load_service_model("sts", "endpoint-rule-set-1")
    PARTITIONS = LOADER.load_data("partitions")
except ImportError:
    print("skipped: no botocore with endpoint rules (1.28 or later)")
    sys.exit(77)
except botocore.exceptions.DataNotFoundError:
    print("skipped: this botocore has no endpoint rules of STS")
    sys.exit(77)

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("AWSROLE_BUILD", ROOT / "build"))
UNKNOWN = ("xx-new-7", "us-nowhere-1", "cn-strange", "eu-west-99")


def by_botocore(provider, region, fips, dualstack):
    """"URL SIGN_REGION", or None where this data has no such endpoint."""
    if region == "aws-global" and (fips or dualstack):
        return "error"
    try:
        endpoint = provider.resolve_endpoint(Region=region, UseFIPS=fips,
                                             UseDualStack=dualstack,
                                             UseGlobalEndpoint=False)
    except EndpointProviderError:
        return None
    schemes = endpoint.properties.get("authSchemes", [{}])
    return (f"{endpoint.url}/ "
            f"{schemes[0].get('signingRegion', region)}")


def main():
    provider = EndpointProvider(RULES, PARTITIONS)
    regions = [region for partition in PARTITIONS["partitions"]
               for region in partition["regions"]]
    cases = [(region, fips, dualstack) for region in (*regions, *UNKNOWN)
             for fips in (False, True) for dualstack in (False, True)]
    asked = "".join(f"{region} {fips:d} {dualstack:d}\n"
                    for region, fips, dualstack in cases)
    ours = subprocess.run([BUILD / "unit" / "resolve_endpoints"], input=asked,
                          capture_output=True, check=True, timeout=60,
                          text=True).stdout.splitlines()
    assert len(ours) == len(cases), f"{len(ours)} answers to {len(cases)}"
    compared = wrong = 0
    for case, got in zip(cases, ours):
        expected = by_botocore(provider, *case)
        if expected is None:
            continue
        compared += 1
        if got != expected:
            wrong += 1
            print(f"{case}: {got}, botocore: {expected}")
    print(f"{compared} endpoints of {len(regions)} Regions compared, "
          f"{wrong} differ")
    return 1 if wrong or compared < 2 * len(regions) else 0


if __name__ == "__main__":
    sys.exit(main())
