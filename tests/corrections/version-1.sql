BEGIN TRANSACTION;
CREATE TABLE corrections (
	id VARCHAR(32) NOT NULL, 
	session VARCHAR(32) NOT NULL, 
	made_ms BIGINT NOT NULL, 
	truth VARCHAR(200) NOT NULL, 
	status VARCHAR(20) NOT NULL, 
	text VARCHAR(1000) NOT NULL, 
	confidence DOUBLE NOT NULL, 
	model VARCHAR(40) NOT NULL, 
	picture BLOB NOT NULL, 
	strokes TEXT, 
	num_bytes INTEGER NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(session) REFERENCES sessions (id) ON DELETE CASCADE
);
INSERT INTO "corrections" VALUES('00000000000000000000000000000000','55555555555555555555555555555555',1795813729123,'7','digit','1',0.97,'dbcfb7810e97',X'89504E47','[[[10.0,20.5],[30.0,40.25]],[[5.0,5.0]]]',44);
CREATE TABLE digitpad_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT digitpad_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "digitpad_version" VALUES('1');
CREATE TABLE sessions (
	id VARCHAR(32) NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "sessions" VALUES('55555555555555555555555555555555');
CREATE INDEX corrections_by_time ON corrections (made_ms, id);
CREATE INDEX corrections_by_bytes ON corrections (num_bytes);
CREATE INDEX corrections_by_session ON corrections (session, made_ms, id);
CREATE INDEX corrections_by_truth ON corrections (truth, made_ms, id);
CREATE INDEX corrections_by_status ON corrections (status, made_ms, id);
CREATE INDEX corrections_by_text ON corrections (text, made_ms, id);
CREATE INDEX corrections_by_model ON corrections (model, made_ms, id);
COMMIT;
