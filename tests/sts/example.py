"""The users and roles that the server has when it is given none.

SPDX-License-Identifier: Apache-2.0
"""
ACCOUNT = "123456789012"
OTHER_ACCOUNT = "210987654321"


def state():
    """Users and roles that cover what most tests need."""
    bastion = "arn:aws:iam::%s:user/bastion" % ACCOUNT
    account = "arn:aws:iam::%s:root" % ACCOUNT
    role = "arn:aws:iam::%s:role/" % ACCOUNT

    def trusted(name, **more):
        trust = {"principals": [account]}
        trust.update(more.pop("trust", {}))
        return dict({"arn": role + name, "trust": trust}, **more)

    return {
        "users": [
            {"arn": bastion,
             "keys": {"AKIAIOSFODNN7BASTION":
                      "wJalrXUtnFEMI/K7MDENG/bPxRfiCYBASTIONKEY"},
             "inactive_keys": {"AKIAIOSFODNN7INACTIV":
                               "wJalrXUtnFEMI/K7MDENG/bPxRfiCYINACTIVKEY"},
             "policy": {"assume_role": ["*"]}},
            {"arn": "arn:aws:iam::%s:user/nobody" % ACCOUNT,
             "keys": {"AKIAIOSFODNN7NOBODYX":
                      "wJalrXUtnFEMI/K7MDENG/bPxRfiCYNOBODYXKEY"}},
            {"arn": account,
             "keys": {"AKIAIOSFODNN7ROOTKEY":
                      "wJalrXUtnFEMI/K7MDENG/bPxRfiCYROOTKEYKEY"}},
        ],
        "tokens": {
            "eyJhbGciOiJub25lIn0.bastion.login":
                {"subject": "system:serviceaccount:bastion:login"},
            "eyJhbGciOiJub25lIn0.other.login":
                {"subject": "system:serviceaccount:other:login"},
            "eyJhbGciOiJub25lIn0.bastion.old":
                {"subject": "system:serviceaccount:bastion:login",
                 "expired": True},
            "eyJhbGciOiJub25lIn0.bastion.audience":
                {"subject": "system:serviceaccount:bastion:login",
                 "audience": "vault"},
            "eyJhbGciOiJub25lIn0.bastion.rejected":
                {"subject": "system:serviceaccount:bastion:login",
                 "rejected": "sub"},
            "eyJhbGciOiJub25lIn0.bastion.unreachable":
                {"subject": "system:serviceaccount:bastion:login",
                 "unreachable": True},
        },
        "roles": [
            trusted("BastionSRE", max_session_duration=43200),
            trusted("Short"),
            trusted("Web", max_session_duration=43200,
                    policy={"assume_role": ["*"]},
                    web_subjects=["system:serviceaccount:bastion:*"]),
            trusted("ShortWeb",
                    web_subjects=["system:serviceaccount:bastion:login"]),
            trusted("ops/Deploy", max_session_duration=43200,
                    policy={"assume_role": ["*"]},
                    trust={"tag_session": True, "set_source_identity": True}),
            trusted("Tagged", trust={"tag_session": True}),
            trusted("Identified", trust={"source_identity": "alice*"}),
            trusted("External", trust={"external_id": "bastion:42/x"}),
            trusted("NamedSession", trust={"role_session_name": "alice*"}),
            trusted("Hop", policy={"assume_role": ["*"]},
                    trust={"tag_session": True, "set_source_identity": True}),
            {"arn": role + "Untrusting", "trust": {"principals": []}},
            {"arn": "arn:aws:iam::%s:role/Other" % OTHER_ACCOUNT,
             "trust": {"principals": [account]}},
        ],
    }
