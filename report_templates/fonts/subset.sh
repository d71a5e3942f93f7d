#!/bin/sh
# Cut the shipped fonts out of the full ones. Needs fonttools; run it in this folder after installing
# the Debian packages fonts-inter and fonts-jetbrains-mono.
set -eu
latin=U+20-7E,U+A0-17F,U+192,U+218-21B,U+2C6-2DD,U+300-304,U+306-308,U+30A-30C,U+323,U+327-328
other=U+370-3FF,U+400-45F,U+1E00-1EFF,U+2010-2016,U+2018-201E,U+2020-2022,U+2026,U+2030,U+2032-2033,U+2039-203A
signs=U+2070-209C,U+20AC,U+2113,U+2115,U+211D,U+2122,U+2190-2199,U+21D0-21D4,U+2200-22FF,U+25A0-25FF,U+2713,U+2717,U+27E8-27E9

# No "calt": it would turn the "->" and "8x8" of a message into other characters.
cut() {
    pyftsubset "$1" --output-file="$2" --unicodes="$latin,$other,$signs" --layout-features=kern,mark,mkmk,ccmp,locl,tnum \
        --no-hinting --notdef-outline --name-IDs='*' --drop-tables+=DSIG
}
cut /usr/share/fonts/opentype/inter/Inter-Regular.otf Inter-Regular.otf
cut /usr/share/fonts/opentype/inter/Inter-SemiBold.otf Inter-SemiBold.otf
cut /usr/share/fonts/truetype/jetbrains-mono/JetBrainsMono-Regular.ttf JetBrainsMono-Regular.ttf
