/* SPDX-License-Identifier: MIT
 * A lane of rings (src/channel/lane.cpp) as a model: every interleaving of two producers and two consumers, with somebody who
 * counts without a lock or, with -DKILL, with one of the four killed between any two steps. Records take one or two units, so that they meet
 * the end of a ring, and rings are few, so that they are given back and used again. Checked: each value that was put is
 * taken once, in the order of its producer; nobody reads what is no record, nor a ring that was given back; "empty" is
 * said only when all that had been put before was taken.
 */
#ifndef VALUES
#define VALUES 1 /* of each producer; 2: 67 million states */
#endif
#define RINGS 3  /* number 0 is none */
#define UNITS 3
#define none 255
#define FRONT 99 /* the record lies at the ring's beginning */

#ifdef KILL /* one of the four is killed */
#define mortal unless { dead == me }
#define mortal_producer unless { dead == me -> working-- }
#else
#define mortal
#define mortal_producer
#endif

typedef ring {
    bool used;
    byte next;
    byte tail_count, tail_unit, head_count, head_unit;
    byte seen_head_count, seen_head_unit, seen_tail_count, seen_tail_unit;
    byte unit[UNITS]
};
ring rings[RINGS + 1];
byte first, last;
byte putting, taking;       /* the locks: 0 free, else process + 1 */
byte dead = none;
byte working = 2;           /* producers */
byte put, taken;
byte order[2];              /* the producers' values that were taken last */

/* A robust lock, whose own model is lock.pml. */
inline acquire(lock, me) {
    atomic { lock == 0 || dead == lock - 1 -> lock = me + 1 }
}

/* Values of one producer: 10 p + 1, 10 p + 2...; the odd ones take two units. */
#define size_of(v) (1 + (v % 2))

/* find_room(): `unit` is where, or UNITS when there is none */
inline find_room(r, wanted) {
    d_step {
        if
        :: (rings[r].tail_count != rings[r].seen_head_count || rings[r].tail_unit != rings[r].seen_head_unit) &&
           rings[r].tail_unit <= rings[r].seen_head_unit ->
            if
            :: rings[r].seen_head_unit - rings[r].tail_unit >= wanted -> unit = rings[r].tail_unit
            :: else -> unit = UNITS
            fi
        :: else ->
            if
            :: UNITS - rings[r].tail_unit >= wanted -> unit = rings[r].tail_unit
            :: else ->
                if
                :: rings[r].seen_head_unit >= wanted -> unit = 0
                :: else -> unit = UNITS
                fi
            fi
        fi
    }
}

/* add_ring(): one transaction */
inline add_ring() {
    d_step {
        fresh = 1;
        do
        :: fresh <= RINGS && rings[fresh].used -> fresh++
        :: else -> break
        od;
        assert(fresh <= RINGS);
        rings[fresh].used = true;
        rings[fresh].next = 0;
        rings[fresh].tail_count = (last == 0 -> 0 : rings[last].tail_count);
        rings[fresh].tail_unit = 0;
        rings[fresh].head_count = rings[fresh].tail_count;
        rings[fresh].head_unit = 0;
        rings[fresh].seen_head_count = rings[fresh].tail_count;
        rings[fresh].seen_head_unit = 0;
        rings[fresh].seen_tail_count = rings[fresh].tail_count;
        rings[fresh].seen_tail_unit = 0;
        /* what lay there before stays */
        if
        :: last == 0 -> first = fresh
        :: else -> rings[last].next = fresh
        fi;
        last = fresh;
        where = fresh;
        unit = 0;
        fresh = 0
    }
}

proctype producer(byte me) {
    byte value, where, unit, fresh, wanted;
    {
        for (value : 10 * me + 1 .. 10 * me + VALUES) {
            acquire(putting, me);
            d_step { where = last; wanted = size_of(value) }
            if
            :: where == 0 -> add_ring()
            :: else ->
                find_room(where, wanted);
                if
                :: unit == UNITS ->
                    atomic {
                        rings[where].seen_head_count = rings[where].head_count;
                        rings[where].seen_head_unit = rings[where].head_unit
                    }
                    find_room(where, wanted);
                    if
                    :: unit == UNITS -> add_ring()
                    :: else -> skip
                    fi
                :: else -> skip
                fi
            fi;
            assert(rings[where].used);
            d_step { /* nobody looks at it yet */
                if
                :: unit != rings[where].tail_unit -> rings[where].unit[rings[where].tail_unit] = FRONT
                :: else -> skip
                fi;
                rings[where].unit[unit] = value;
                if
                :: wanted == 2 -> rings[where].unit[unit + 1] = value
                :: else -> skip
                fi
            }
            atomic { /* one store */
                rings[where].tail_count++;
                rings[where].tail_unit = (unit + wanted == UNITS -> 0 : unit + wanted);
                put++
            }
            putting = 0;
            d_step { where = 0; unit = 0; wanted = 0 }
        }
        working--
    } mortal_producer
}

/* has_record(), the look at the producers' word included */
inline look_for_record(r) {
    d_step {
        if
        :: rings[r].seen_tail_count == rings[r].head_count && rings[r].seen_tail_unit == rings[r].head_unit ->
            rings[r].seen_tail_count = rings[r].tail_count;
            rings[r].seen_tail_unit = rings[r].tail_unit
        :: else -> skip
        fi;
        there = rings[r].seen_tail_count != rings[r].head_count || rings[r].seen_tail_unit != rings[r].head_unit
    }
}

proctype consumer(byte me) {
    byte where, value, unit, following;
    bool there, last_look;
    {
        do
        :: true ->
            last_look = (working == 0);
            acquire(taking, me);
            do
            :: true ->
                d_step { where = first; there = false }
                if
                :: where == 0 -> break
                :: else -> skip
                fi;
                assert(rings[where].used);
                look_for_record(where);
                if
                :: there -> break
                :: else -> skip
                fi;
                following = rings[where].next;
                if
                :: following == 0 -> break
                :: else -> skip
                fi;
                look_for_record(where);
                if
                :: there -> break
                :: else -> skip
                fi;
                d_step { first = following; rings[where].used = false }
            od;
            if
            :: there ->
                d_step {
                    unit = rings[where].head_unit;
                    if
                    :: rings[where].unit[unit] == FRONT -> unit = 0
                    :: else -> skip
                    fi;
                    value = rings[where].unit[unit];
                    assert(value != 0 && value != FRONT);
                    assert(size_of(value) == 1 || rings[where].unit[unit + 1] == value)
                }
                atomic { /* one store */
                    rings[where].head_count++;
                    rings[where].head_unit = (unit + size_of(value) == UNITS -> 0 : unit + size_of(value));
                    taken++;
                    order[value / 10]++;
                    assert(value % 10 == order[value / 10])
                }
            :: else -> skip
            fi;
            taking = 0;
            if
            :: last_look && !there -> break
            :: else -> skip
            fi;
            d_step { where = 0; value = 0; unit = 0; following = 0; there = false; last_look = false }
        od
    } mortal
}

/* count_put() and count_taken(): a ring that was given back meanwhile is read again */
inline count_taken() {
    do
    :: true ->
        at = first;
        taken_count = (at == 0 -> 0 : rings[at].head_count);
        if
        :: first == at -> break
        :: else -> skip
        fi
    od
}
inline count_put() {
    do
    :: true ->
        at = last;
        put_count = (at == 0 -> 0 : rings[at].tail_count);
        if
        :: last == at -> break
        :: else -> skip
        fi
    od
}

proctype watcher() {
    byte at, before, taken_count, put_count;
    before = put;
    count_taken();
    count_put();
    assert(put_count != taken_count || taken >= before)
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
#else
        run watcher()
#endif
    }
    _nr_pr == 1;
    assert(taken == put)
}
