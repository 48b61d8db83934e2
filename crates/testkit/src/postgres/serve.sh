# One PostgreSQL server that lives for as long as standard input stays open.
#
# Whoever starts this holds the other end of that pipe. When the holder ends, however it ends, `read` sees the
# end of the file, the server stops and its directory goes. So no killed test leaves a server behind.
#
# $1: the directory of PostgreSQL's programs. $2: an empty directory, writable for this user.
# Answers `ready` on standard output, or what went wrong, and then ends by itself.
bin=$1
dir=$2
trap '' PIPE
cd /

start() {
  "$bin/initdb" -D "$dir/data" -U postgres -A trust -E UTF8 --locale=C --no-sync --no-instructions || return
  # A socket in a directory of our own: no port to race for, and nobody else on the machine gets in.
  cat >>"$dir/data/postgresql.conf" <<CONF || return
listen_addresses = ''
unix_socket_directories = '$dir'
max_connections = 300
shared_buffers = 64MB
fsync = off
synchronous_commit = off
full_page_writes = off
autovacuum = off
CONF
  "$bin/pg_ctl" start -w -t 60 -s -D "$dir/data" -l "$dir/server.log" || { cat "$dir/server.log"; return 1; }
}

if start </dev/null >"$dir/start.log" 2>&1; then
  echo ready
  read -r _
  "$bin/pg_ctl" stop -m immediate -w -s -D "$dir/data" </dev/null >/dev/null 2>&1
else
  cat "$dir/start.log"
fi
rm -rf "$dir"
