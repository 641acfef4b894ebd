-- What the rare things need beside the schema, in a database that nobody else uses.
create access method another_heap type table handler heap_tableam_handler;
create foreign data wrapper nowhere;
create server away foreign data wrapper nowhere;
create transform for integer language sql (from sql with function prsd_lextype(internal), to sql with function int4recv(internal));
create extension btree_gist schema public;
