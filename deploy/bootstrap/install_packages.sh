#!/bin/sh
# Install the packages given, as root, without letting them start daemons or make a PostgreSQL
# cluster called "main". Both bans are lifted again whatever happens.
set -eu

policy=/usr/sbin/policy-rc.d
mark="made by the bootstrap of hazardmap while it installs packages"
cluster_folder=/etc/postgresql-common/createcluster.d
cluster_file=$cluster_folder/hazardmap-bootstrap.conf

restore() {
    if grep -qsF "$mark" "$policy"; then rm -f "$policy"; fi
    rm -f "$cluster_file"
    rmdir --ignore-fail-on-non-empty "$cluster_folder" 2>/dev/null || true
}
trap restore EXIT
trap 'exit 130' HUP INT TERM
restore # what a killed run left behind

if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\n# %s\nexit 101\n' "$mark" >"$policy"
    chmod 755 "$policy"
fi
mkdir -p "$cluster_folder"
printf '# %s\ncreate_main_cluster = false\n' "$mark" >"$cluster_file"

export DEBIAN_FRONTEND=noninteractive
apt-get update -o DPkg::Lock::Timeout=300
apt-get install -y -o DPkg::Lock::Timeout=300 --no-install-recommends "$@"
