"""The settings of a desktop, on the session bus: run with NAME=NUMBER…; lines like these on standard
input change them."""
import sys

from gi.repository import Gio, GLib

GROUP = 'org.freedesktop.appearance'
OBJECT = '/org/freedesktop/portal/desktop'
SETTINGS = 'org.freedesktop.portal.Settings'
INTERFACE = '''<node><interface name="%s">
  <method name="Read">
    <arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="v" direction="out"/>
  </method>
  <signal name="SettingChanged"><arg type="s"/><arg type="s"/><arg type="v"/></signal>
</interface></node>''' % SETTINGS

values = {}


def take(line):
    name, number = line.strip().split('=')
    values[name] = GLib.Variant('u', int(number))
    return name


def called(_bus, _sender, _path, _interface, _method, parameters, invocation):
    group, name = parameters.unpack()
    if group == GROUP and name in values:
        # in two variants, as this method has always answered
        invocation.return_value(GLib.Variant.new_tuple(
            GLib.Variant('v', GLib.Variant('v', values[name]))))
    else:
        invocation.return_dbus_error('org.freedesktop.portal.Error.NotFound', 'no such setting')


def line_read(source, _condition):
    line = source.readline()
    if not line:
        loop.quit()
        return False
    name = take(line)
    connection.emit_signal(None, OBJECT, SETTINGS, 'SettingChanged', GLib.Variant.new_tuple(
        GLib.Variant('s', GROUP), GLib.Variant('s', name), GLib.Variant('v', values[name])))
    return True


for word in sys.argv[1:]:
    take(word)
loop = GLib.MainLoop()
connection = Gio.bus_get_sync(Gio.BusType.SESSION)
connection.register_object(OBJECT, Gio.DBusNodeInfo.new_for_xml(INTERFACE).interfaces[0],
                           called, None, None)
Gio.bus_own_name_on_connection(connection, 'org.freedesktop.portal.Desktop', 0,
                               lambda *_: print('ready', flush=True), None)
GLib.io_add_watch(sys.stdin, GLib.IO_IN | GLib.IO_HUP, line_read)
loop.run()
