"""A window on a screen and a bus of its own, driven through the accessibility tree.

A test program imports this first: it then runs inside dbus-run-session with a virtual screen, an
empty home and settings that are forgotten. Whatever is waited for is asked for again and again until
it holds or a minute is over.
"""
import atexit
import glob
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback

# Seconds for anything to happen, on a busy machine and under sanitizers.
PATIENCE = int(os.environ.get('LUCIDA_TEST_PATIENCE', 60))
TOOLS = ['Xvfb', 'dbus-run-session', 'xdotool', 'import']

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PICTURES = os.path.join(SOURCE, 'data', 'pictures')
MODEL = os.path.join(SOURCE, 'data', 'models', 'pocket-vgg.onnx')


def skip_all(reason):
    print('1..0 # SKIP ' + reason)
    sys.exit(0)


for tool in TOOLS:
    if not shutil.which(tool):
        skip_all(tool + ' is not installed')
try:
    import numpy
    import pyatspi
except ImportError as missing:
    skip_all('%s is not installed' % missing.name)


BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=%s</listen>
  <servicedir>%s</servicedir>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/>
  </policy>
</busconfig>
"""
A11Y = '/usr/share/dbus-1/services/org.a11y.Bus.service'


def configure_bus(home):
    """A bus that starts the accessibility tree, but neither portals nor whatever else is installed."""
    services = os.path.join(home, 'dbus-1', 'services')
    os.makedirs(services)
    if os.path.exists(A11Y):
        os.symlink(A11Y, os.path.join(services, os.path.basename(A11Y)))
    config = os.path.join(home, 'bus.conf')
    with open(config, 'w', encoding='utf-8') as file:
        file.write(BUS % (home, services))
    return config


def enter_bus():
    """Start over inside a session bus, where nothing of the person at the machine is seen."""
    home = tempfile.mkdtemp(prefix='lucida-test-')
    env = {k: v for k, v in os.environ.items()
           if not re.match('DBUS_|AT_SPI_|XAUTH|WAYLAND|XDG_|GTK_|GDK_|LC_|LANG|DISPLAY', k)}
    env.update(HOME=home, XDG_RUNTIME_DIR=home, LANG='C.UTF-8', GSETTINGS_BACKEND='memory',
               GSK_RENDERER='cairo', GDK_BACKEND='x11', GDK_DEBUG='gl-disable',
               GIO_USE_VFS='local', GIO_USE_VOLUME_MONITOR='unix',
               LUCIDA_TEST_HOME=home, PYTHONDONTWRITEBYTECODE='1')
    # GTK 4.8 loses memory when it looks at the age of what was opened recently; and a cursor that
    # blinks would pass for an answer
    os.makedirs(os.path.join(home, '.config', 'gtk-4.0'))
    with open(os.path.join(home, '.config', 'gtk-4.0', 'settings.ini'), 'w',
              encoding='utf-8') as settings:
        settings.write('[Settings]\ngtk-recent-files-max-age=-1\ngtk-cursor-blink=0\n')
    # what the bus and its services say is nothing about the program: the tests have a way out of
    # their own
    out = os.dup(1)
    env['LUCIDA_TEST_OUT'] = str(out)
    with open(os.path.join(home, 'bus.log'), 'wb') as log:
        result = subprocess.run(['dbus-run-session', '--config-file=' + configure_bus(home), '--',
                                 sys.executable, *sys.argv],
                                env=env, stdout=log, stderr=log, pass_fds=[out])
    if result.returncode:
        with open(os.path.join(home, 'bus.log'), encoding='utf-8', errors='replace') as log:
            sys.stderr.write(log.read()[-3000:])
    shutil.rmtree(home, ignore_errors=True)
    sys.exit(result.returncode)


if 'LUCIDA_TEST_HOME' not in os.environ:
    enter_bus()
os.dup2(int(os.environ['LUCIDA_TEST_OUT']), 1)
HOME = os.environ['LUCIDA_TEST_HOME']


def start_screen(width=1360, height=850):
    reader, writer = os.pipe()
    server = subprocess.Popen(['Xvfb', '-displayfd', str(writer), '-screen', '0',
                               '%dx%dx24' % (width, height), '-r', '-noreset', '-nolisten', 'tcp'],
                              pass_fds=[writer], stderr=subprocess.DEVNULL)
    os.close(writer)
    with os.fdopen(reader) as answer:
        number = answer.readline().strip()
    if not number:
        print('Bail out! Xvfb does not start')
        sys.exit(1)
    os.environ['DISPLAY'] = ':' + number
    atexit.register(server.terminate)
    # the pointer away from the canvas, where it would show the probe
    subprocess.run(['xdotool', 'mousemove', '1', '1'], check=True)


start_screen()
# ms, instead of 0.8 s: what a program has not answered by then is nothing, "" or False, not an error
pyatspi.setTimeout(20000, 20000)
pyatspi.Registry.getDesktop(0)  # wakes the accessibility bus up before the program needs it


class Failure(Exception):
    """Something that must hold does not."""


class Skip(Exception):
    """Something that a test needs is not installed."""


def wait(what, condition):
    """The first true answer of @condition; a failure that says @what if there is none in time."""
    limit = time.monotonic() + PATIENCE
    while True:
        try:
            answer = condition()
        except Failure:
            raise
        except Exception:  # an object of the tree that has just gone
            answer = None
        if answer is not None and answer is not False:
            return answer
        if time.monotonic() > limit:
            raise Failure('not within %d s: %s' % (PATIENCE, what))
        time.sleep(0.05)


def check(condition, message):
    if not condition:
        raise Failure(message)


def shot():
    """What is on the screen, height × width × 3."""
    data = subprocess.run(['import', '-window', 'root', '-depth', '8', 'ppm:-'],
                          check=True, stdout=subprocess.PIPE).stdout
    match = re.match(rb'P6\s+(\d+)\s+(\d+)\s+255\s', data)
    width, height = int(match[1]), int(match[2])
    pixels = numpy.frombuffer(data, numpy.uint8, width * height * 3, match.end())
    return pixels.reshape(height, width, 3).astype(float)


IDLE = 3e6  # nanoseconds that a program uses at most which only turns in its sleep
LONG = 3    # seconds after which what does not change is taken for the end, whatever the program does


def effort():
    """Nanoseconds that the program's threads have run for, or None while one of them is awake."""
    spent = 0
    for thread in glob.glob('/proc/%d/task/*/' % Program.current.process.pid):
        with open(thread + 'stat', encoding='utf-8') as file:
            if file.read().rpartition(')')[2].split()[0] != 'S':
                return None
        with open(thread + 'schedstat', encoding='utf-8') as file:
            spent += int(file.read().split()[0])
    return spent


def still(unlike=None):
    """A picture of the screen once the program has nothing more to do, and no longer like @unlike.

    That the screen is the same twice is not enough: on a busy machine what is drawn coarsely at
    first stays for a while."""
    last = shot()
    since = time.monotonic()

    def rest():
        nonlocal last, since
        before = effort()
        seen = shot()
        if not numpy.array_equal(seen, last):
            last, since = seen, time.monotonic()
            return None
        after = effort()
        asleep = None not in (before, after) and after - before < IDLE
        if (asleep or time.monotonic() > since + LONG) and (
                unlike is None or not numpy.array_equal(seen, unlike)):
            return seen
        return None
    return wait('the screen comes to rest' + ('' if unlike is None else ' and has changed'), rest)


LET_GO = 0.25  # seconds after which GTK lets go of a button that was pressed through the tree


def activate(node):
    """Do what @node is there for, and tell whether it could be done. A button clicks when GTK lets go
    of it: whatever is done afterwards finds it clicked."""
    is_button = node.getRoleName() == 'push button'
    done = node.queryAction().doAction(0)
    let_go = time.monotonic() + LET_GO
    if done and is_button:
        wait('the button is let go', lambda: time.monotonic() > let_go)
        try:
            node.getState()  # which is answered after the click
        except Exception:  # the button has gone with it
            pass
    return done


def xdotool(*arguments):
    subprocess.run(['xdotool', *arguments], check=True)


def change(*arguments):
    """The screen when it has shown what xdotool does."""
    before = still()
    xdotool(*arguments)
    return still(unlike=before)


def is_open(dialog):
    """Asked of the X server: GTK 4.8 may crash when its file chooser's objects are read while they
    come and go."""
    return subprocess.run(['xdotool', 'search', '--onlyvisible', '--name', '^%s$' % dialog],
                          check=False, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL).returncode == 0


def count_windows():
    """What can be seen of the program: a question has no name to ask for."""
    shown = subprocess.run(['xdotool', 'search', '--onlyvisible', '--class', 'camlucida'],
                           check=False, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return len(shown.stdout.split())


def ask_with(key):
    """Press @key, which makes the program ask a question in a window of its own."""
    before = count_windows()
    xdotool('key', key)
    wait('a question is asked', lambda: count_windows() > before)
    still()


def answer_chooser(path, dialog='Export'):
    """Type @path into the file chooser, which has just been asked for, and press Return."""
    wait('the dialog "%s" is open' % dialog, lambda: is_open(dialog))
    still()
    if dialog == 'Export':
        xdotool('key', 'ctrl+a')  # the proposed name
    xdotool('type', '--delay', '10', path)
    still()  # what is proposed while one types may take the key
    xdotool('key', 'Return')


def choose(path, dialog='Open Picture'):
    """Answer the file chooser, which has just been asked for."""
    answer_chooser(path, dialog)
    wait('the dialog "%s" is closed' % dialog, lambda: not is_open(dialog))


def keep_screen(name):
    """What is seen, for people to look at, if they have said where."""
    folder = os.environ.get('LUCIDA_TEST_SCREENSHOTS')
    if folder:
        still()
        subprocess.run(['import', '-window', 'root', os.path.join(folder, name + '.png')],
                       check=False)


class Program:
    """The window, started with @arguments; without @keep as if no model had been looked at."""

    current = None  # what a failed test may have left would take a second start's arguments

    def __init__(self, *arguments, env=None, keep=False):
        if Program.current:
            Program.current.kill()
        if not keep:
            shutil.rmtree(os.path.join(HOME, '.local', 'state'), ignore_errors=True)
        self.log = tempfile.TemporaryFile(mode='w+', encoding='utf-8', errors='replace')
        self.process = subprocess.Popen([PROGRAM, *arguments],
                                        env={**os.environ, **(env or {})},
                                        stdout=self.log, stderr=self.log)
        Program.current = self
        atexit.register(self.kill)
        wait('the window is there', self.window)

    def kill(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()

    def window(self):
        if self.process.poll() is not None:
            raise Failure('the program ended with %d:\n%s'
                          % (self.process.returncode, self.output()))
        for app in pyatspi.Registry.getDesktop(0):
            if app is not None and app.get_process_id() == self.process.pid and app.childCount:
                return app
        return None

    def walk(self, node=None):
        """Every object but what is inside rows, whose names say it all."""
        node = node or self.window()
        for child in node or ():
            if child is not None:
                yield child
                if child.getRoleName() != 'list item':
                    yield from self.walk(child)

    def look(self, role, name):
        """The first object of @role whose name matches the pattern @name, or None."""
        for node in self.walk():
            if node.getRoleName() == role and re.search(name, node.name or ''):
                return node
        # the client's own copy of the tree may have missed a window that came meanwhile
        pyatspi.Registry.getDesktop(0).clear_cache()
        return None

    def find(self, role, name):
        return wait('there is a %s "%s"' % (role, name), lambda: self.look(role, name))

    def gone(self, role, name):
        wait('there is no %s "%s" any more' % (role, name),
             lambda: self.look(role, name) is None)

    def press(self, role, name):
        wait('"%s" can be pressed' % name, lambda: activate(self.look(role, name)))

    def rows(self, name):
        """The rows of the list @name, in order: {name: object}."""
        rows = wait('the list "%s" has rows' % name,
                    lambda: [r for r in self.look('list', '^%s$' % name)
                             if r.getRoleName() == 'list item' and r.name])
        return {r.name: r for r in rows}

    def select(self, list_name, row):
        """The row whose name is @row, or begins so before a comma; also while rows change places."""
        def is_meant(name):
            return name == row or name.startswith(row + ', ')

        def choose():
            index = [is_meant(name) for name in self.rows(list_name)].index(True)
            self.look('list', '^%s$' % list_name).querySelection().selectChild(index)
            return any(is_meant(name) and node.getState().contains(pyatspi.STATE_SELECTED)
                       for name, node in self.rows(list_name).items())
        wait('row "%s" of "%s" can be selected' % (row, list_name), choose)

    def selected(self, list_name):
        for name, row in self.rows(list_name).items():
            if row.getState().contains(pyatspi.STATE_SELECTED):
                return name
        return None

    def pressed(self, *names):
        """Which of the buttons called so are pressed."""
        return [node.name for node in self.walk()
                if node.name in names and node.getState().contains(pyatspi.STATE_PRESSED)]

    def await_keys(self, title):
        """Wait until keys come to the window whose title matches @title."""
        wait('the window "%s" gets the keys' % title, lambda: self.look(
            'frame', title).getState().contains(pyatspi.STATE_ACTIVE))

    def slide(self, name, value):
        node = self.find('slider', '^%s$' % name)
        node.queryValue().currentValue = value
        wait('%s is %g' % (name, value),
             lambda: abs(node.queryValue().currentValue - value) < 1e-6)

    def ready(self):
        """Wait until an answer is shown and nothing runs; the caption."""
        label = self.find('label', ' · +[^ ]+$')
        self.gone('push button', '^Stop$')
        return label.name

    def teller(self):
        """The label that says for a few seconds what was exported, else how long things took: to be
        found beforehand."""
        return self.find('label', '(^| · )map |^Exported ')

    def output(self):
        self.log.seek(0)
        return self.log.read()

    def end(self):
        """Close the window as a person would; the program must end well and have said nothing."""
        self.press('push button', '^Close$')
        self.ended()

    def ended(self):
        try:
            code = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            raise Failure('the program still runs after its window was closed') from None
        output = self.output()
        check(code == 0, 'ended with %d:\n%s' % (code, output))
        check(not output.strip(), 'it said:\n' + output)


def cli(*arguments):
    subprocess.run([CLI, *arguments], check=True, stdout=subprocess.DEVNULL)


def run(*tests):
    """Run the tests one after another, in TAP."""
    failed = 0
    print('TAP version 13\n1..%d' % len(tests), flush=True)
    for number, test in enumerate(tests, 1):
        name = test.__name__.replace('_', ' ')
        try:
            test()
            print('ok %d - %s' % (number, name), flush=True)
        except Skip as reason:
            print('ok %d - %s # SKIP %s' % (number, name, reason), flush=True)
        except Exception as error:  # whatever it is, the others are run
            failed += 1
            print('not ok %d - %s' % (number, name), flush=True)
            text = str(error) if isinstance(error, Failure) else traceback.format_exc()
            print('\n'.join('# ' + line for line in text.splitlines()), flush=True)
            folder = os.environ.get('LUCIDA_TEST_SCREENSHOTS')
            if folder:
                subprocess.run(['import', '-window', 'root',
                                os.path.join(folder, test.__name__ + '.png')], check=False)
    sys.exit(1 if failed else 0)


PROGRAM, CLI = (os.path.abspath(path) for path in sys.argv[1:3])
