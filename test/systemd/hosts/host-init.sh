# The first program of a test host, in namespaces of its own: puts its file system together, waits until it is told that
# its network is there, and becomes systemd. Arguments: the host's directory, the lower layers, its run directory, then
# directories of other file systems that the host needs too.
set -eu
H=$1 LOWER=$2 RUN=$3
shift 3
R=$H/root
mount --make-rprivate /
mount -t overlay -o "lowerdir=$LOWER,upperdir=$H/upper,workdir=$H/work" overlay "$R"
mount -t proc proc "$R/proc"
mount --bind "$R/proc/sys" "$R/proc/sys"
mount -o remount,bind,ro "$R/proc/sys"
mount --bind "$RUN.boot_id" "$R/proc/sys/kernel/random/boot_id"
mount -t sysfs -o ro sysfs "$R/sys"
mount -t cgroup2 cgroup2 "$R/sys/fs/cgroup"
mount --bind "$RUN" "$R/run"
mount -t tmpfs tmpfs "$R/tmp"
mount -t tmpfs -o mode=755 tmpfs "$R/dev"
for device in null zero full random urandom tty; do
  : >"$R/dev/$device"
  mount --bind "/dev/$device" "$R/dev/$device"
done
mkdir "$R/dev/shm" "$R/dev/pts"
mount -t tmpfs tmpfs "$R/dev/shm"
mount -t devpts -o newinstance,ptmxmode=666 devpts "$R/dev/pts"
ln -s /proc/self/fd "$R/dev/fd"
ln -s pts/ptmx "$R/dev/ptmx"
for directory in "$@"; do
  mkdir -p "$R$directory"
  mount --bind "$directory" "$R$directory"
done
ip link set lo up
echo ready
read -r _
cd "$R"
mkdir -p mnt/before
pivot_root . mnt/before
umount -l /mnt/before
# As a container's manager does: what systemd mounts for a unit's credentials has to reach the unit.
mount --make-rshared /
# Without `container` a shutdown may touch the mounts of the machine that all this runs on.
exec env -i container=drover-test PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
  /lib/systemd/systemd --system --unit=multi-user.target --show-status=no </dev/null
