"""A small window to drag from: drag_source.py uri FILE..., or text WHAT. Says whether what is dragged
could be dropped where it is."""
import sys

import gi
gi.require_version('Gtk', '4.0')
from gi.repository import Gdk, Gio, GLib, Gtk


def action_changed(drag, _property):
    print('accepted' if drag.get_selected_action() else 'refused', flush=True)


def activate(app):
    window = Gtk.ApplicationWindow(application=app, default_width=120, default_height=80)
    window.set_child(Gtk.Label(label='drag me'))
    kind, *what = sys.argv[1:]
    if kind == 'uri':
        addresses = ''.join(Gio.File.new_for_path(path).get_uri() + '\r\n' for path in what)
        content = Gdk.ContentProvider.new_for_bytes('text/uri-list',
                                                    GLib.Bytes.new(addresses.encode()))
    else:
        content = Gdk.ContentProvider.new_for_value(what[0])
    source = Gtk.DragSource()
    source.set_content(content)
    source.connect('drag-begin', lambda _, drag: drag.connect('notify::selected-action',
                                                              action_changed))
    window.add_controller(source)
    window.present()


application = Gtk.Application()
application.connect('activate', activate)
application.run([])
