"""The database's history, oldest first. A released step is never changed, only followed by another."""

from __future__ import annotations

from sqlite_utils import Database, Migrations

migrations = Migrations("pocket-marketer")


@migrations()
def m001_first_conversation(db: Database) -> None:
    # Customers' keys are hashes under their owner's `secret`; `cuts` are the owner's own thresholds for high and low,
    # `terms` how they do business.
    db.table("owners").create(
        {"user_id": int, "language": str, "vocabulary": str, "secret": bytes, "since": str, "cuts": str, "terms": str},
        pk="user_id",
        not_null={"vocabulary", "secret", "since"},
        strict=True,
    )
    # `merged` is what the shop looked like after the upload, `own` what the file alone held; an upload with `afresh`
    # set put everything before it aside. `raw` names the file as it was sent, kept for the latest upload only, so that
    # it can be read again when its owner corrects a column.
    db.table("uploads").create(
        {"id": int, "owner": int, "filename": str, "sha256": str, "at": str, "tables": str, "afresh": int, "raw": str},
        pk="id",
        not_null={"owner", "filename", "sha256", "at", "tables", "afresh"},
        strict=True,
    )
    db.table("uploads").create_index(["owner"])
    db.table("snapshots").create(
        {"upload": int, "kind": str, "own": str, "merged": str},
        pk=("upload", "kind"),
        foreign_keys=[("upload", "uploads", "id")],
        not_null={"own", "merged"},
        strict=True,
    )
    # What an owner said a column means, by the layout of the sheet it stands in.
    db.table("choices").create(
        {"owner": int, "layout": str, "header": str, "role": str},
        pk=("owner", "layout", "header"),
        not_null={"role"},
        strict=True,
    )
    # How an owner wants a column cleaned; a column without a row is left as it is.
    db.table("policies").create(
        {"owner": int, "column": str, "missing": str, "outliers": str},
        pk=("owner", "column"),
        not_null={"missing", "outliers"},
        strict=True,
    )
    # What an analysis wants to know again when it is asked after the next upload: names of groups, and who was in them.
    # With upload 0 it is about what was typed, not sent.
    db.table("memories").create(
        {"owner": int, "analysis": str, "upload": int, "body": str},
        pk=("owner", "analysis", "upload"),
        not_null={"body"},
        strict=True,
    )
    # What was tried on customers; `people` names the file with who got which version.
    db.table("trials").create(
        {
            "id": int,
            "owner": int,
            "kind": str,
            "segment": str,
            "versions": str,
            "seed": int,
            "days": int,
            "made": str,
            "people": str,
            "sent": str,
            "result": str,
        },
        pk="id",
        not_null={"owner", "kind", "segment", "versions", "seed", "days", "made", "people"},
        strict=True,
    )
    db.table("trials").create_index(["owner"])
    db.table("inbox").create(
        {"update_id": int, "user_id": int, "body": str, "done": int},
        pk="update_id",
        not_null={"user_id", "body", "done"},
        strict=True,
    )
    db.table("inbox").create_index(["done"])
    db.table("facts").create({"name": str, "value": str}, pk="name", not_null={"value"}, strict=True)
