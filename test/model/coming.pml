/* SPDX-License-Identifier: MIT
 * A large result that is read while it is written (src/channel/message.cpp, src/pool/owner_coming.cpp) as a model: every
 * interleaving of a worker that writes, whoever leads the pool, and the caller that reads along. With -DKILL workers are
 * killed between any two steps, and the pool may be terminated; a call whose worker died is made again once. Checked: the
 * caller always comes to an end, and what it then has was written whole by the attempt that counts.
 */
#define PARTS 3
#define ATTEMPTS 2
#define none 255

mtype = { result, whole };
chan reports = [2 * ATTEMPTS] of { mtype, byte };
byte written[ATTEMPTS];      /* parts of the message of each attempt */
bool lost[ATTEMPTS];         /* coming_result::lost */
bool dead[ATTEMPTS], told[ATTEMPTS], buried[ATTEMPTS];
byte attempt;                /* whose reports count */
byte coming = none;          /* pool_task::coming */
byte value = none;           /* whose result the task has */
bool done, failed, over;

#ifdef KILL
#define mortal unless { dead[me] }
#else
#define mortal
#endif

proctype worker(byte me) {
    {
        reports!result(me);
        do
        :: written[me] < PARTS -> written[me]++
        :: else -> break
        od;
        reports!whole(me)
    } mortal
}

/* fail() and lose_coming_result(), with the lock */
inline lose() {
    if
    :: coming != none -> lost[coming] = true; coming = none
    :: else -> skip
    fi
}
inline end_with(whose) { value = whose; coming = none; done = true }

/* handle(), with the lock */
inline hear() {
    atomic {
        if
        :: reports?result(from) ->
            if
            :: done || from != attempt -> skip
            :: else ->
                if
                :: written[from] == PARTS -> end_with(from)
                :: else -> coming = from
                fi
            fi
        :: reports?whole(from) ->
            if
            :: !done && coming == from -> end_with(from)
            :: else -> skip
            fi
        fi;
        from = 0
    }
}

inline bury(which) {
    atomic {
        buried[which] = true;
        do
        :: len(reports) != 0 -> hear()
        :: else -> break
        od;
        if
        :: done || which != attempt -> skip
        :: else ->
            if
            :: coming == which && written[which] == PARTS -> end_with(which)
            :: else ->
                lose();
                if
                :: attempt + 1 < ATTEMPTS -> attempt++; run worker(attempt)
                :: else -> failed = true; done = true
                fi
            fi
        fi
    }
}

proctype leader() {
    byte from;
    do
    :: len(reports) != 0 -> hear()
    :: told[0] && !buried[0] -> bury(0)
    :: told[1] && !buried[1] -> bury(1)
    :: over -> break
    od
}

proctype caller() {
    byte mine = none, got;
    atomic { (done || coming != none) -> mine = (done -> none : coming) }
    if
    :: mine != none ->
        do
        :: got < PARTS ->
            if
            :: written[mine] > got -> got++
            :: written[mine] <= got && lost[mine] -> break
            fi
        :: else -> break
        od;
        done;
        if
        :: !lost[mine] -> assert(got == PARTS && value == mine)
        :: else -> assert(failed || written[value] == PARTS)
        fi
    :: else -> assert(failed || written[value] == PARTS)
    fi;
    over = true
}

#ifdef KILL
proctype killer() {
    byte which;
    do
    :: which < ATTEMPTS ->
        if
        :: which <= attempt -> dead[which] = true; told[which] = true
        :: true -> skip
        fi;
        which++
    :: else -> break
    od;
    if
    :: atomic { !done -> lose(); failed = true; done = true } /* terminate() */
    :: true -> skip
    fi
}
#endif

init {
    atomic {
        run worker(0);
        run leader();
        run caller();
#ifdef KILL
        run killer()
#endif
    }
    timeout;
    assert(over)
}
