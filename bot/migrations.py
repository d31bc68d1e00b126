"""The database's history, oldest first. A released step is never changed, only followed by another."""

from __future__ import annotations

from sqlite_utils import Database, Migrations

migrations = Migrations("pocket-marketer")


@migrations()
def m001_first_conversation(db: Database) -> None:
    db.table("owners").create(
        {"user_id": int, "language": str, "vocabulary": str, "since": str},
        pk="user_id",
        not_null={"vocabulary", "since"},
        strict=True,
    )
    # `merged` is what the shop looked like after the upload, `own` what the file alone held; an upload with `afresh`
    # set put everything before it aside.
    db.table("uploads").create(
        {"id": int, "owner": int, "filename": str, "sha256": str, "at": str, "tables": str, "afresh": int},
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
    db.table("inbox").create(
        {"update_id": int, "user_id": int, "body": str, "done": int},
        pk="update_id",
        not_null={"user_id", "body", "done"},
        strict=True,
    )
    db.table("inbox").create_index(["done"])
    db.table("facts").create({"name": str, "value": str}, pk="name", not_null={"value"}, strict=True)
