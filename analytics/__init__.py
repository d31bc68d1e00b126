"""The thinking: spreadsheet bytes in, frozen reports out. Pure; knows nothing of chats, templates or storage."""
