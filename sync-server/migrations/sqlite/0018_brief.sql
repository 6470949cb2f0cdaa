-- Sessions on a device that keeps nothing: they are over soon after that device was last heard.
ALTER TABLE sessions ADD COLUMN brief INTEGER NOT NULL DEFAULT 0 CHECK (brief IN (0, 1));
ALTER TABLE devices ADD COLUMN brief INTEGER NOT NULL DEFAULT 0 CHECK (brief IN (0, 1));
