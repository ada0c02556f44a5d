"""Puts terminal, HTML and workflow commands into its error."""


def forward(params, x, state):
    raise ValueError("\x1b[2J\x1b]0;x\x07<script>\r\n::set-output name=mark::100\u202e=cmd()")
