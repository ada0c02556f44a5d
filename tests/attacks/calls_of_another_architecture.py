"""Calls the kernel as a 32-bit program does, past the filter's numbers."""

import ctypes
import mmap


def forward(params, x, state):
    if "@MACHINE@" != "x86_64":
        raise PermissionError
    code = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    code.write(b"\xb8\x14\x00\x00\x00\xcd\x80\xc3")  # getpid by int 0x80
    address = ctypes.addressof(ctypes.c_char.from_buffer(code))
    ctypes.CFUNCTYPE(ctypes.c_int)(address)()
    raise RuntimeError("REACHED")
