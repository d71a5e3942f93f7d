"""What Linux lets a process take from itself for good: files (Landlock), system calls (seccomp), capabilities.

Both are bare system calls, so there is no library to install. Where the kernel has one of them not, the others still
hold, and the worker says which. A list of what is forbidden leaks by nature; namespaces are the stronger wall.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
import sys
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress

__all__ = ["drop_capabilities", "filter_program", "forbid_calls", "restrict_files", "set_apart", "without"]

_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
_PR_CAPBSET_DROP, _PR_SET_NO_NEW_PRIVS, _PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL = 24, 38, 47, 4


def drop_capabilities() -> None:
    """Give up all that root may do; harmless for anyone else. Also bars gaining rights by running a program."""
    if _LIBC is None:
        return
    for capability in range(64):
        if _LIBC.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0) < 0:
            break
    _LIBC.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
    with suppress(OSError, KeyError):  # KeyError: another architecture
        _call(_CAPSET[os.uname().machine], struct.pack("<Ii", 0x20080522, 0), bytes(24))
    _LIBC.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


_CAPSET = {"x86_64": 126, "aarch64": 91}


# Landlock: which files may be used

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # the same on every architecture
_EXECUTE, _WRITE, _READ_FILE, _READ_FOLDER = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_MAKE_NODES = 1 << 6 | 1 << 9 | 1 << 10 | 1 << 11 | 1 << 12  # devices, sockets, pipes, symbolic links
_REFER, _TRUNCATE, _IOCTL_DEVICE = 1 << 13, 1 << 14, 1 << 15  # from version 2, 3 and 5 on
_OF_FILES = _EXECUTE | _WRITE | _READ_FILE | _TRUNCATE | _IOCTL_DEVICE


def restrict_files(readable: Iterable[str], writable: Iterable[str]) -> str:
    """Allow reading below some paths and writing below others, and no more; tells what was applied."""
    version = _landlock_version()
    if version < 1:
        return "no Landlock"
    handled = _handled(version)
    # From version 4 on also no TCP, from 6 on no signals to others and no abstract sockets.
    attributes = struct.pack("<QQQ", handled, 3, 3)[: 8 if version < 4 else 16 if version < 6 else 24]
    ruleset = _call(_CREATE_RULESET, attributes, len(attributes), 0)
    for path in readable:
        _allow(ruleset, path, (_EXECUTE | _READ_FILE | _READ_FOLDER) & handled)
    for path in writable:
        _allow(ruleset, path, handled & ~(_EXECUTE | _IOCTL_DEVICE | _MAKE_NODES))
    _call(_RESTRICT_SELF, ruleset, 0)
    os.close(ruleset)
    return f"Landlock {version}"


def set_apart() -> None:
    """Put a wall between a forked process and the one that it comes from: no signals, no look into its memory."""
    if _landlock_version() >= 6:
        ruleset = _call(_CREATE_RULESET, struct.pack("<QQQ", 0, 0, 3), 24, 0)
        _call(_RESTRICT_SELF, ruleset, 0)
        os.close(ruleset)


def without(path: str, hidden: Collection[str]) -> Iterator[str]:
    """A path, or as much of what is in it as leaves out the hidden folders: a rule can only allow."""
    if path in hidden:
        return
    if not any(each.startswith(f"{path}/") for each in hidden):
        yield path
        return
    with suppress(OSError):
        for name in os.listdir(path):
            yield from without(os.path.join(path, name), hidden)


def _landlock_version() -> int:
    try:
        return _call(_CREATE_RULESET, None, 0, 1)
    except OSError:
        return 0


def _handled(version: int) -> int:
    handled = (1 << 13) - 1
    handled |= _REFER if version >= 2 else 0
    handled |= _TRUNCATE if version >= 3 else 0
    return handled | (_IOCTL_DEVICE if version >= 5 else 0)


def _allow(ruleset: int, path: str, access: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)  # type: ignore[attr-defined,unused-ignore]
    except OSError:  # not there
        return
    if not os.path.isdir(path):
        access &= _OF_FILES
    _call(_ADD_RULE, ruleset, 1, struct.pack("<Qi", access, place), 0)
    os.close(place)


def _call(number: int, *arguments: int | bytes | None) -> int:
    """One system call, whose failure is an `OSError`."""
    if _LIBC is None:
        raise OSError(errno.ENOSYS, "not Linux")
    wide = [ctypes.c_long(each) if isinstance(each, int) else each for each in arguments]
    result = int(_LIBC.syscall(ctypes.c_long(number), *wide))
    if result < 0:
        raise OSError(ctypes.get_errno(), f"system call {number}: {os.strerror(ctypes.get_errno())}")
    return result


# seccomp: which system calls may be made, as name:x86_64:aarch64

_NEVER = """
    ptrace:101:117 process_vm_readv:310:270 process_vm_writev:311:271 kcmp:312:272 pidfd_getfd:438:438
    process_madvise:440:440 process_mrelease:448:448 unshare:272:97 setns:308:268 mount:165:40 umount2:166:39
    pivot_root:155:41 chroot:161:51 open_tree:428:428 open_tree_attr:467:467 move_mount:429:429 fsopen:430:430
    fsconfig:431:431 fsmount:432:432 fspick:433:433 mount_setattr:442:442 swapon:167:224 swapoff:168:225
    reboot:169:142 sethostname:170:161 setdomainname:171:162 init_module:175:105 finit_module:313:273
    delete_module:176:106 kexec_load:246:104 kexec_file_load:320:294 acct:163:89 quotactl:179:60 quotactl_fd:443:443
    syslog:103:116 bpf:321:280 perf_event_open:298:241 userfaultfd:323:282 keyctl:250:219 add_key:248:217
    request_key:249:218 name_to_handle_at:303:264 open_by_handle_at:304:265 settimeofday:164:170 clock_settime:227:112
    clock_adjtime:305:266 adjtimex:159:171 iopl:172:- ioperm:173:- modify_ldt:154:- lookup_dcookie:212:18
    vhangup:153:58 nfsservctl:180:42 uselib:134:- _sysctl:156:- ustat:136:- sysfs:139:- shmget:29:194 shmat:30:196
    shmctl:31:195 msgget:68:186 msgsnd:69:189 msgrcv:70:188 msgctl:71:187 semget:64:190 semop:65:193 semctl:66:191
    semtimedop:220:192 mq_open:240:180 mq_unlink:241:181 memfd_secret:447:447 capset:126:91 migrate_pages:256:238
    move_pages:279:239 fanotify_init:300:262 fanotify_mark:301:263 vmsplice:278:75 mlock:149:228 mlock2:325:284
    mlockall:151:230 io_setup:206:0 execve:59:221 execveat:322:281 fork:57:- vfork:58:- socket:41:198 connect:42:203
    bind:49:200 listen:50:201 accept:43:202 accept4:288:242 tkill:200:130 rt_sigqueueinfo:129:138
    rt_tgsigqueueinfo:297:240 pidfd_open:434:434 pidfd_send_signal:424:424 setpriority:141:140 ioprio_set:251:30
    memfd_create:319:279 setsid:112:157 setpgid:109:154 setuid:105:146 setgid:106:144 setreuid:113:145
    setregid:114:143 setresuid:117:147 setresgid:119:149 setgroups:116:159 setrlimit:160:164
"""
_ABSENT = """
    io_uring_setup:425:425 io_uring_enter:426:426 io_uring_register:427:427 clone3:435:435
"""
_CHECKED = """
    clone:56:220 fcntl:72:25 ioctl:16:29 kill:62:129 tgkill:234:131 prlimit64:302:261 sched_setaffinity:203:122
    sched_setscheduler:144:119 sched_setparam:142:118 sched_setattr:314:274
"""

_HIGHEST_KNOWN = 471  # what a later kernel adds is not there for a hand-in
_ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
_SECCOMP = {"x86_64": 317, "aarch64": 277}
_NUMBER, _ARCHITECTURE = 0, 4  # offsets in what a filter sees
_FIRST, _SECOND = 16, 24  # of the arguments' low words
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _KILL, _ERROR = 0x7FFF0000, 0x80000000, 0x00050000
_CLONE_THREAD = 0x10000
_NEW_NAMESPACES = 0x7E020080
_SIGNAL_OWNERS = (8, 10, 15, 1024, 1026)  # F_SETOWN, F_SETSIG, F_SETOWN_EX, F_SETLEASE, F_NOTIFY: signals by detour
_TERMINAL_REQUESTS = (0x5412, 0x541C, 0x8901, 0x8902, 0x5452)  # TIOCSTI, TIOCLINUX, FIOSETOWN, SIOCSPGRP, FIOASYNC
_OWN_PROCESS_ONLY = ("prlimit64", "sched_setaffinity", "sched_setscheduler", "sched_setparam", "sched_setattr")

Instruction = tuple[int, int, int, int]  # code, jump if true, jump if false, value


def forbid_calls() -> str:
    """Forbid processes, sockets, signals to others and the kernel's rarer doors; tells what was applied."""
    machine = os.uname().machine
    if machine not in _ARCHITECTURES:
        return f"no seccomp on {machine}"
    program = filter_program(machine, os.getpid())
    buffer = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("<HxxxxxxQ", len(program) // 8, ctypes.addressof(buffer))
    try:
        _call(_SECCOMP[machine], 1, 1, header)  # a filter, for all threads
    except OSError:
        return "no seccomp"
    return "seccomp"


def filter_program(machine: str, own: int) -> bytes:
    """The filter as the kernel wants it: eight bytes for each instruction."""
    return b"".join(struct.pack("<HBBI", *each) for each in _instructions(machine, own))


def _instructions(machine: str, own: int) -> Iterator[Instruction]:
    column, architecture = _ARCHITECTURES[machine]
    number = _numbers(_CHECKED, column)
    # Numbers mean nothing before the architecture is known: a 64-bit program may call as a 32-bit one.
    yield from [(_LOAD, 0, 0, _ARCHITECTURE), (_EQUAL, 1, 0, architecture), (_RETURN, 0, 0, _KILL)]
    yield (_LOAD, 0, 0, _NUMBER)
    yield from [(_AT_LEAST, 0, 1, _HIGHEST_KNOWN + 1), (_RETURN, 0, 0, _ERROR | errno.ENOSYS)]  # x32's numbers too
    for forbidden in _numbers(_ABSENT, column).values():
        yield from _refuse(forbidden, errno.ENOSYS)  # libc then uses the older `clone`, whose flags can be read
    for forbidden in _numbers(_NEVER, column).values():
        yield from _refuse(forbidden, errno.EPERM)
    threads_only = [(_ANY_BIT, 0, 1, _NEW_NAMESPACES), _DENY, (_ANY_BIT, 1, 0, _CLONE_THREAD), _DENY]
    yield from _check(number["clone"], _FIRST, threads_only)
    for name in ("kill", "tgkill"):
        yield from _check(number[name], _FIRST, [(_EQUAL, 1, 0, own), _DENY])
    for name in _OWN_PROCESS_ONLY:
        yield from _check(number[name], _FIRST, [(_EQUAL, 2, 0, 0), (_EQUAL, 1, 0, own), _DENY])
    for name, requests in (("fcntl", _SIGNAL_OWNERS), ("ioctl", _TERMINAL_REQUESTS)):
        denied = [step for request in requests for step in ((_EQUAL, 0, 1, request), _DENY)]
        yield from _check(number[name], _SECOND, denied)
    yield (_RETURN, 0, 0, _ALLOW)


_DENY: Instruction = (_RETURN, 0, 0, _ERROR | errno.EPERM)


def _refuse(number: int, error: int) -> list[Instruction]:
    return [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, _ERROR | error)]


def _check(number: int, argument: int, steps: list[Instruction]) -> list[Instruction]:
    """For one system call: load an argument, go through the steps, and load the number again."""
    return [(_EQUAL, 0, len(steps) + 2, number), (_LOAD, 0, 0, argument), *steps, (_LOAD, 0, 0, _NUMBER)]


def _numbers(table: str, column: int) -> dict[str, int]:
    """The numbers of a table's system calls on one architecture, which need not have all of them."""
    rows = (entry.split(":") for entry in table.split())
    return {row[0]: int(row[1 + column]) for row in rows if row[1 + column] != "-"}
