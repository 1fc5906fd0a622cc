"""The room table of ARCHITECTURE.md and the files of src/, as the structure tests see them."""
import fnmatch
import os
import re

# Headers of C17 and POSIX, which every room may include.
C_HEADERS = set('''
assert.h complex.h ctype.h errno.h fenv.h float.h inttypes.h limits.h locale.h math.h setjmp.h
signal.h stdalign.h stdarg.h stdatomic.h stdbool.h stddef.h stdint.h stdio.h stdlib.h stdnoreturn.h
string.h tgmath.h threads.h time.h uchar.h wchar.h wctype.h
dirent.h fcntl.h poll.h pthread.h sched.h strings.h unistd.h
sys/mman.h sys/resource.h sys/stat.h sys/time.h sys/types.h sys/wait.h
'''.split())
GLIB_HEADERS = ['glib.h', 'glib-object.h', 'glib-unix.h', 'glib/*.h', 'gobject/*.h']

# What a quoted include may name although it does not lie in src/.
CONFIG = 'config.h'


class Room:
    """One row of the table. A row that names several folders is one room in several folders."""

    def __init__(self, level, folders, rooms, headers, outside):
        self.level = level
        self.folders = folders
        self.name = folders[0]
        self.rooms = rooms      # whose public headers may be included
        self.headers = headers  # single headers of other rooms
        self.outside = outside  # [(pattern, files or None)]


def backticked(cell):
    return re.findall(r'`([^`]+)`', cell)


def parse_outside(cell):
    """`x.h`, `y/*.h` in `a.c`, `b.c`: pairs of a pattern and the files it is kept to."""
    pairs = []
    for item in cell.split(';'):
        where = re.split(r'\bin\b', item, maxsplit=1)
        files = backticked(where[1]) if len(where) > 1 else None
        pairs += [(pattern, files) for pattern in backticked(where[0])]
    return pairs


def read_table(path):
    """The rows below the heading whose first cell is "level"."""
    rooms = []
    inside = False
    with open(path, encoding='utf-8') as lines:
        for line in lines:
            if not line.startswith('|'):
                inside = False
                continue
            cells = [cell.strip() for cell in line.strip().strip('|').split('|')]
            if cells[0] == 'level':
                inside = True
            elif inside and cells[0].isdigit():
                level, folders, includes, outside = cells
                names = backticked(includes)
                rooms.append(Room(int(level), backticked(folders),
                                  [name for name in names if not name.endswith('.h')],
                                  [name for name in names if name.endswith('.h')],
                                  parse_outside(outside)))
    return rooms


class House:
    def __init__(self, root):
        self.root = root
        self.src = os.path.join(root, 'src')
        self.rooms = read_table(os.path.join(root, 'ARCHITECTURE.md'))
        self.by_folder = {folder: room for room in self.rooms for folder in room.folders}
        self.files = {}  # path below src/ -> text
        for folder, _, names in os.walk(self.src):
            for name in sorted(names):
                if name.endswith(('.c', '.h')):
                    path = os.path.join(folder, name)
                    with open(path, encoding='utf-8') as text:
                        self.files[os.path.relpath(path, self.src)] = text.read()

    def room_of(self, path):
        return self.by_folder.get(os.path.dirname(path))

    def includes(self, path):
        """[(line number, '"' or '<', name)] of a file below src/."""
        found = []
        for number, line in enumerate(self.files[path].splitlines(), 1):
            match = re.match(r'\s*#\s*include\s*(["<])([^">]+)[">]', line)
            if match:
                found.append((number, match.group(1), match.group(2)))
        return found


def is_glib_or_c(name):
    return name in C_HEADERS or any(fnmatch.fnmatchcase(name, glob) for glob in GLIB_HEADERS)


def allowed_outside(room, path, name):
    """Whether the room's list lets this file include a header from outside the tree."""
    file = os.path.basename(path)
    return any(fnmatch.fnmatchcase(name, pattern)
               and (files is None or any(fnmatch.fnmatchcase(file, f) for f in files))
               for pattern, files in room.outside)


def find_cycle(graph):
    """One cycle of a graph {node: iterable of nodes}, as a list of nodes, or None."""
    state = {}
    trail = []

    def visit(node):
        state[node] = 'open'
        trail.append(node)
        for other in sorted(graph.get(node, ())):
            if state.get(other) == 'open':
                return trail[trail.index(other):] + [other]
            if other not in state:
                cycle = visit(other)
                if cycle:
                    return cycle
        trail.pop()
        state[node] = 'done'
        return None

    for node in sorted(graph):
        if node not in state:
            cycle = visit(node)
            if cycle:
                return cycle
    return None


class Tap:
    """Test results in the Test Anything Protocol."""

    def __init__(self):
        self.count = 0
        self.failed = 0

    def result(self, name, problems):
        """One test: passes if the list of problems is empty."""
        self.count += 1
        self.failed += bool(problems)
        print('%s %d - %s' % ('not ok' if problems else 'ok', self.count, name))
        for problem in problems:
            print('# ' + problem)

    def skip(self, name, reason):
        self.count += 1
        print('ok %d - %s # SKIP %s' % (self.count, name, reason))

    def end(self):
        print('1..%d' % self.count)
        return 1 if self.failed else 0
