/* SPDX-License-Identifier: MIT
 * The copy of a ring's newest record beside its tail (src/channel/lane.cpp, show() and read_shown()) as a model: every
 * interleaving of two producers and two consumers, with -DKILL one of the four killed between any two steps. Records
 * are two words, or too large for the copy. Checked: what a consumer takes is what lies in the ring, whole; each value is
 * taken once.
 */
#ifndef VALUES
#define VALUES 2 /* of each producer; with -DKILL 86 million states */
#endif
#define none 255
#define not_shown 255

#ifdef KILL
#define mortal unless { dead == me }
#define mortal_producer unless { dead == me -> working-- }
#else
#define mortal
#define mortal_producer
#endif

byte ring[2 * VALUES + 1];  /* by count */
byte tail, head;
byte shown = not_shown, word0, word1;
byte putting, taking;       /* the locks, whose own model is lock.pml: 0 free, else process + 1 */
byte dead = none;
byte working = 2;           /* producers */

inline acquire(lock, me) {
    atomic { lock == 0 || dead == lock - 1 -> lock = me + 1 }
}

/* The second value of each is too large for the copy. */
#define is_small(v) (v % 10 == 1)

proctype producer(byte me) {
    byte value, now;
    {
        for (value : 10 * me + 1 .. 10 * me + VALUES) {
            acquire(putting, me);
            now = tail;
            ring[now] = value;
            shown = not_shown;
            if
            :: is_small(value) ->
                word0 = value;
                word1 = value;
                shown = now + 1
            :: else -> skip
            fi;
            tail = now + 1;
            putting = 0;
            now = 0
        }
        working--
    } mortal_producer
}

proctype consumer(byte me) {
    byte known, value, other, after;
    bool last_look;
    {
        do
        :: true ->
            last_look = (working == 0);
            acquire(taking, me);
            known = tail;
            if
            :: known == head -> skip
            :: else ->
                value = 0;
                if
                :: known == head + 1 && shown == known ->
                    value = word0;
                    other = word1;
                    after = shown;
                    if
                    :: after == known -> assert(value == other)
                    :: else -> value = 0
                    fi
                :: else -> skip
                fi;
                if
                :: value == 0 -> value = ring[head]
                :: else -> assert(value == ring[head])
                fi;
                head = head + 1
            fi;
            after = known - head;
            taking = 0;
            if
            :: last_look && after == 0 -> break
            :: else -> skip
            fi;
            d_step { known = 0; value = 0; other = 0; after = 0; last_look = false }
        od
    } mortal
}

#ifdef KILL
proctype killer() {
    byte whom;
    if
    :: true -> skip
    :: true ->
        select(whom : 0 .. 3);
        dead = whom
    fi
}
#endif

init {
    atomic {
        run producer(0);
        run producer(1);
        run consumer(2);
        run consumer(3);
#ifdef KILL
        run killer()
#endif
    }
    _nr_pr == 1;
    assert(tail == head)
}
