alter user authenticator with password :pgpass;
