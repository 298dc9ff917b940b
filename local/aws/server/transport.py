"""The condition `aws:SecureTransport` of policies, which moto takes for one that never holds.

The endpoint serves the loopback address only, which no one can listen to: its requests count as secure, so that a
bucket's policy that refuses plain HTTP is the same here as in an account of Amazon's.
"""

from moto.iam.access_control import IAMPolicyStatement, PermissionResult

_KEY = "aws:SecureTransport"


def _without_transport(statement):
    """The statement without the condition; None where the condition does not hold."""
    condition = statement.get("Condition") or {}
    wanted = condition.get("Bool", {}).get(_KEY)
    if wanted is None:
        return statement
    if str(wanted).lower() != "true":
        return None
    rest = {**condition, "Bool": {key: value for key, value in condition["Bool"].items() if key != _KEY}}
    rest = {operator: keys for operator, keys in rest.items() if keys}
    return {**{key: value for key, value in statement.items() if key != "Condition"}, **({"Condition": rest} if rest else {})}


def install():
    judge = IAMPolicyStatement.is_action_permitted

    def is_action_permitted(self, *args, **named):
        statement = _without_transport(self._statement)
        if statement is None:
            return PermissionResult.NEUTRAL
        return judge(IAMPolicyStatement(statement), *args, **named)

    IAMPolicyStatement.is_action_permitted = is_action_permitted
